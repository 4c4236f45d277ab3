/** Moments with their zone; days without. */
import { useFormat } from "../i18n/format.ts";

/** `when` is relative under a day; the whole moment is always one hover away. */
export function Time({ value, as = "moment" }: { value: string; as?: "moment" | "date" | "when" }) {
  const format = useFormat();
  const words = as === "date" ? format.date(value) : as === "when" ? format.when(value) : format.moment(value);
  return <time dateTime={value} title={as === "when" ? format.moment(value) : undefined}>{words}</time>;
}
