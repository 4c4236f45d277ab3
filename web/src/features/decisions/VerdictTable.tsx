/** The numbers behind a verdict, level by level; all together at the foot. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { VerdictFragment } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { LevelMark, StanceGlyph } from "../../ui/icons.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import { Table } from "../../ui/Table.tsx";
import styles from "./Decisions.module.css";

export type Verdict = ResultOf<typeof VerdictFragment>;

export function VerdictTable({ verdict, levels }: { verdict: Verdict; levels: readonly Rung[] }) {
  const { t } = useLingui();
  const order = (code: string | null) => levels.find((level) => level.code === code)?.order ?? levels.length;
  const rows = verdict.tallies.filter(({ level }) => level !== null).toSorted((a, b) => order(a.level) - order(b.level));
  const all = verdict.tallies.find(({ level }) => level === null);
  // For and against always stand there; the others where somebody is in them.
  const columns = ([
    { key: "for", stance: "SUPPORT", name: t`For` }, { key: "against", stance: "OBJECT", name: t`Against` }, { key: "abstain", stance: "ABSTAIN", name: t`Abstain` },
    { key: "noPosition", stance: "NONE", name: t`Silent` }, { key: "notCompetent", stance: "NOT_COMPETENT", name: t`Outside powers` },
  ] as const).filter(({ key }, place) => place < 2 || verdict.tallies.some((tally) => tally[key] > 0));
  const name = (tally: Verdict["tallies"][number]) => {
    const level = levels.find((each) => each.code === tally.level);
    return level ? <span className={styles.level}><LevelMark order={level.order} /> {level.name}</span> : (tally.level ?? t`All together`);
  };
  const says = ({ passes, quorumMet, entitled }: Verdict["tallies"][number]) => {
    if (entitled === 0) return t`nobody entitled`;
    if (!quorumMet) return t`no quorum yet`;
    return passes === null ? "" : passes ? t`assents` : t`not yet`;
  };
  const line = (tally: Verdict["tallies"][number]) => (
    <tr key={tally.level ?? "all"}>
      <th scope="row">{name(tally)}</th>
      {columns.map(({ key }) => <td key={key}>{tally[key]}</td>)}
      <td>{tally.entitled}</td>
      <td data-says={tally.passes === true && tally.quorumMet ? "yes" : "no"}>{says(tally)}</td>
    </tr>
  );
  return (
    <div className={styles.tallies}>
      <Table caption={t`Positions counted, by level of government`}>
        <thead>
          <tr>
            <th scope="col"><Trans>Level</Trans></th>
            {columns.map(({ key, stance, name }) => <th key={key} scope="col"><StanceGlyph stance={stance} size="small" /> {name}</th>)}
            <th scope="col"><Trans>Entitled</Trans></th>
            <th scope="col"><Trans>Result</Trans></th>
          </tr>
        </thead>
        <tbody>{rows.map(line)}</tbody>
        {all && rows.length > 1 && <tfoot>{line(all)}</tfoot>}
      </Table>
    </div>
  );
}
