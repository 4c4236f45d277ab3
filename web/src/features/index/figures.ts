/** What the figures of one INDEX result say: which can be drawn, and the finding. No overall score is ever computed. */
type Dimension = { id: string; code: string; name: string; optional: boolean; composite: { id: string } | null };
export type Figure = { value: number | null; peerMean: number | null; dimension: Dimension | null };
export type Axis = { code: string; name: string; value: number; peerMean: number | null; earlier: number | null };
type Earlier = { scores: readonly { value: number | null; dimension: { code: string } | null }[] } | undefined;

/** One axis for each policy area with a figure; of a composite the whole where it was published, else its parts. */
export function axes(scores: readonly Figure[], earlier?: Earlier): Axis[] {
  const whole = new Set(scores.flatMap(({ value, dimension }) => (value !== null && dimension ? [dimension.id] : [])));
  const before = new Map(earlier?.scores.flatMap(({ value, dimension }) => (dimension && value !== null ? [[dimension.code, value] as const] : [])));
  return scores.flatMap(({ value, peerMean, dimension }) =>
    value === null || !dimension || (dimension.composite && whole.has(dimension.composite.id))
      ? []
      : [{ code: dimension.code, name: dimension.name, value, peerMean, earlier: before.get(dimension.code) ?? null }]);
}

const first = <Item>(items: readonly Item[], order: (a: Item, b: Item) => number) => items.toSorted(order)[0];

export function finding(drawn: readonly Axis[]) {
  const compared = drawn.flatMap((axis) => (axis.peerMean === null ? [] : [{ ...axis, peerMean: axis.peerMean }]));
  const behind = first(compared.filter(({ value, peerMean }) => value < peerMean), (a, b) => a.value - a.peerMean - (b.value - b.peerMean));
  const both = drawn.filter(({ earlier }) => earlier !== null);
  return {
    best: first(drawn, (a, b) => b.value - a.value),
    weakest: first(drawn, (a, b) => a.value - b.value),
    behind,
    above: compared.filter(({ value, peerMean }) => value > peerMean).length,
    compared: compared.length,
    risen: both.filter(({ value, earlier }) => value > (earlier ?? 0)).length,
    fallen: both.filter(({ value, earlier }) => value < (earlier ?? 0)).length,
    followed: both.length,
  };
}

/** Dates come as their source gives them: a year, a month or a day. */
export const year = (date: string | null | undefined) => /\d{4}/.exec(date ?? "")?.[0] ?? "";
