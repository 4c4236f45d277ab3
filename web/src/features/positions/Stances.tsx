/** How many stand where, in glyphs and numbers, out of how many seats. */
import { Trans } from "@lingui/react/macro";
import { type StanceCode, StanceGlyph } from "../../ui/icons.tsx";
import styles from "./Positions.module.css";
import { useStanceNames } from "./stances.ts";

export function Stances({ stances, of }: { stances: readonly StanceCode[]; of: number }) {
  const names = useStanceNames();
  const counts = new Map<StanceCode, number>();
  for (const stance of stances) counts.set(stance, (counts.get(stance) ?? 0) + 1);
  return (
    <p className={styles.tally}>
      {[...counts].map(([stance, count]) => <span key={stance}><StanceGlyph stance={stance} size="small" label={names[stance]} /> {count}</span>)}
      <span className="quiet"><Trans>of {of} seats</Trans></span>
    </p>
  );
}
