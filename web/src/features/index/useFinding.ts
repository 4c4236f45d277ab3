/** The finding of a result in one or two sentences: what a reader should take away, and what the drawing's label says. */
import { useLingui } from "@lingui/react/macro";
import type { Axis } from "./figures.ts";
import { finding } from "./figures.ts";

export function useFinding() {
  const { t } = useLingui();
  return (place: string, drawn: readonly Axis[], earlierYear: string) => {
    const found = finding(drawn);
    const { best, weakest, behind } = found;
    if (!best || !weakest) return "";
    const sentences = [drawn.length === 1 ? t`${place} has ${best.value} of 100 in ${best.name}.` : t`${place} is strongest in ${best.name} (${best.value}) and weakest in ${weakest.name} (${weakest.value}).`];
    if (found.compared > 1) {
      sentences.push(behind
        ? t`It stands above the cities it was compared with in ${found.above} of ${found.compared} policy areas, and furthest behind them in ${behind.name} (${behind.value} against ${behind.peerMean}).`
        : t`In no policy area does it stand behind the cities it was compared with.`);
    }
    if (found.followed > 1 && earlierYear) sentences.push(t`Since ${earlierYear} it has risen in ${found.risen} and fallen in ${found.fallen} of ${found.followed} policy areas.`);
    return sentences.join(" ");
  };
}
