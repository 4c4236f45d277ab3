/** The tokens of the house in the names and the notation of GraphiQL: hue, saturation and lightness, without a function. */
import type { CSSVariablesResolver } from "@mantine/core";
import { cssVariablesResolver } from "../ui/theme.ts";

const TOKENS = {
  base: "paper", neutral: "ink", primary: "act", secondary: "level-2", tertiary: "level-0",
  info: "act", success: "good", warning: "needs", error: "danger",
};

function notation(hex: string) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  const range = most - least;
  const light = (most + least) / 2;
  const saturation = range === 0 ? 0 : range / (1 - Math.abs(2 * light - 1));
  const turn = most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  const hue = range === 0 ? 0 : (turn * 60 + 360) % 360;
  return `${hue.toFixed(1)}, ${(saturation * 100).toFixed(1)}%, ${(light * 100).toFixed(1)}%`;
}

const inTheirs = (ours: Record<string, string>) => ({
  ...ours,
  ...Object.fromEntries(Object.entries(TOKENS).map(([theirs, token]) => [`--house-${theirs}`, notation(ours[`--pl-${token}`] ?? "")])),
});

export const coloursForGraphiQL: CSSVariablesResolver = (theme) => {
  const { variables, light, dark } = cssVariablesResolver(theme);
  return { variables, light: inTheirs(light), dark: inTheirs(dark) };
};
