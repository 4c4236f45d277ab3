/** The geometry of a radar: the first axis upright, the others clockwise. */
export const CENTRE = 300;
export const RADIUS = 190;

export type Point = { x: number; y: number };
const round = (value: number) => Math.round(value * 10) / 10;

export function at(axis: number, of: number, share: number): Point {
  const angle = (axis / of) * 2 * Math.PI - Math.PI / 2;
  return { x: round(CENTRE + Math.cos(angle) * RADIUS * share), y: round(CENTRE + Math.sin(angle) * RADIUS * share) };
}

/** Lines through the known values of 0 to 100; a gap where a value is not known. A full round is closed. */
export function outline(values: readonly (number | null)[]): string {
  const points = values.map((value, axis) => (value === null ? null : at(axis, values.length, value / 100)));
  if (points.every((point) => point !== null)) return `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}Z`;
  const lines = new Array<string>();
  for (const [axis, point] of points.entries()) {
    const next = points[(axis + 1) % points.length];
    if (point && next) lines.push(`M${point.x} ${point.y}L${next.x} ${next.y}`);
  }
  return lines.join("");
}

/** Where the words of an axis stand, and to which side they run. */
export function label(axis: number, of: number): Point & { anchor: "start" | "middle" | "end" } {
  const point = at(axis, of, 1.1);
  const side = point.x - CENTRE;
  return { ...point, anchor: Math.abs(side) < RADIUS / 8 ? "middle" : side > 0 ? "start" : "end" };
}

/** A name in lines of at most so many characters, broken between words. */
export function wrapped(name: string, longest = 16): string[] {
  const lines = [""];
  for (const word of name.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > longest) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
