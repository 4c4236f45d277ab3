/** The tokens of the house. Nothing else names a colour or a size (scripts/walls.mjs checks it). */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const act: MantineColorsTuple = [
  "#eaf4f5", "#d3e7ea", "#a9d2d8", "#7cc4d0", "#4fa3b0", "#2f8796", "#1b7081", "#116270", "#0b5563", "#06414c",
];
const red: MantineColorsTuple = [
  "#fdf0ee", "#fadfdb", "#f5bfb8", "#f0938a", "#e0685d", "#cc4a3e", "#b8352a", "#ab2b21", "#a3241c", "#7f1811",
];

/** Warm paper and ink; one accent for what you can do; red for refusal, amber for "needs you". */
const light = {
  paper: "#fbf9f5", raised: "#ffffff", sunk: "#f3efe7", ink: "#221f1b", quiet: "#5d574d", line: "#e3dcd0",
  edge: "#877f72", act: "#0b5563", "on-act": "#ffffff", "act-soft": "#e1eef0", danger: "#a3241c", "danger-soft": "#fbeae7",
  needs: "#7d5200", "needs-soft": "#fbf0d8", good: "#2c6a35", "good-soft": "#e5f1e4", focus: "#1266c8",
  mark: "#fbe9b7", shadow: "0 6px 24px rgb(60 48 30 / 16%), 0 1px 3px rgb(60 48 30 / 14%)",
  "level-0": "#0d6e66", "level-1": "#84590a", "level-2": "#3f49a6", "level-3": "#515c69", "level-4": "#86366f", "level-5": "#47671c",
};
const dark: typeof light = {
  paper: "#181715", raised: "#211f1c", sunk: "#121110", ink: "#ece7de", quiet: "#b4ac9e", line: "#38342e",
  edge: "#8f8779", act: "#86cbd6", "on-act": "#0c1f23", "act-soft": "#16343a", danger: "#f39d94", "danger-soft": "#3c1d1a",
  needs: "#edbd6b", "needs-soft": "#36290f", good: "#93cf98", "good-soft": "#1b3320", focus: "#7db5ff",
  mark: "#4d3f13", shadow: "0 8px 28px rgb(0 0 0 / 55%), 0 1px 3px rgb(0 0 0 / 60%)",
  "level-0": "#5fc7b8", "level-1": "#dfb25a", "level-2": "#a4adf5", "level-3": "#adb8c4", "level-4": "#e49ccd", "level-5": "#aecf75",
};

export const spaces = [4, 8, 12, 16, 24, 32, 48, 72] as const;
const texts = [12, 14, 16, 18, 22, 28, 36] as const;

const sizes: Record<string, string> = {
  ...Object.fromEntries(spaces.map((size, place) => [`s${place + 1}`, `${size / 16}rem`])),
  ...Object.fromEntries(texts.map((size, place) => [`t${place + 1}`, `${size / 16}rem`])),
  hairline: "1px", thick: "2px", ring: "3px", radius: "6px", icon: "1.25rem", "icon-small": "1rem",
  target: "2rem", "target-touch": "2.75rem", rail: "5.5rem", header: "3.5rem", panel: "22rem", outline: "15rem",
  measure: "68ch", page: "66rem", wide: "90rem", form: "40rem", narrow: "26rem", sheet: "70dvh",
  interface: '"Inter Variable", "Noto Sans Arabic Variable", system-ui, sans-serif',
  text: '"Source Serif 4 Variable", "Noto Sans Arabic Variable", Georgia, serif',
  regular: "400", medium: "550", bold: "650", quick: "140ms",
  leading: "1.43", "leading-text": "1.667", "leading-head": "1.25",
};

const named = (tokens: Record<string, string>) =>
  Object.fromEntries(Object.entries(tokens).map(([name, value]) => [`--pl-${name}`, value]));

const mantine = (tokens: typeof light, error: string) => ({
  "--mantine-color-body": tokens.paper, "--mantine-color-text": tokens.ink, "--mantine-color-dimmed": tokens.quiet,
  "--mantine-color-placeholder": tokens.quiet, "--mantine-color-error": error, "--mantine-color-anchor": tokens.act,
  "--mantine-color-default": tokens.raised, "--mantine-color-default-border": tokens.edge,
  "--mantine-color-default-hover": tokens.sunk, "--mantine-color-default-color": tokens.ink,
  "--mantine-color-act-light": tokens["act-soft"], "--mantine-color-act-light-hover": tokens["act-soft"],
  "--mantine-color-act-light-color": tokens.act, "--mantine-color-act-outline": tokens.act,
  "--mantine-color-act-text": tokens.act, "--mantine-color-red-text": error, "--mantine-color-red-outline": error,
  "--mantine-color-red-light": tokens["danger-soft"], "--mantine-color-red-light-color": error,
  "--mantine-color-disabled": tokens.sunk, "--mantine-color-disabled-color": tokens.quiet,
  "--mantine-color-disabled-border": tokens.line,
  "--mantine-shadow-md": tokens.shadow, "--mantine-shadow-sm": tokens.shadow, "--mantine-shadow-lg": tokens.shadow,
});

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: named(sizes),
  light: { ...named(light), ...mantine(light, light.danger) },
  dark: { ...named(dark), ...mantine(dark, dark.danger) },
});

export const theme = createTheme({
  primaryColor: "act",
  primaryShade: { light: 8, dark: 3 },
  autoContrast: true,
  colors: {
    act,
    red,
    dark: ["#ece7de", "#d5cec2", "#b4ac9e", "#8f8779", "#5b554b", "#38342e", "#2a2723", "#211f1c", "#181715", "#121110"],
    gray: ["#fbf9f5", "#f3efe7", "#e9e3d8", "#dbd3c5", "#c4bbab", "#a69d8e", "#877f72", "#5d574d", "#413c35", "#221f1b"],
  },
  fontFamily: sizes.interface!,
  fontSizes: { xs: "0.75rem", sm: "0.875rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  lineHeights: { xs: "1.35", sm: "1.43", md: "1.43", lg: "1.5", xl: "1.5" },
  headings: { fontFamily: sizes.interface!, fontWeight: "650" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "6px", xl: "6px" },
  defaultRadius: "sm",
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", size: "lg" } },
    Modal: { defaultProps: { centered: false, overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 140 } } },
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.35 }, transitionProps: { duration: 140 } } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 120 } } },
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 350, events: { hover: true, focus: true, touch: false } } },
  },
});

/** How the shell changes with the width of the window. */
export const widths = { phone: "(max-width: 47.99em)", narrow: "(max-width: 74.99em)" } as const;
