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
      <td>{tally.for}</td><td>{tally.against}</td><td>{tally.abstain}</td><td>{tally.noPosition}</td><td>{tally.notCompetent}</td><td>{tally.entitled}</td>
      <td data-says={tally.passes === true && tally.quorumMet ? "yes" : "no"}>{says(tally)}</td>
    </tr>
  );
  return (
    <div className={styles.tallies}>
      <Table caption={t`Positions counted, by level of government`}>
        <thead>
          <tr>
            <th scope="col"><Trans>Level</Trans></th>
            <th scope="col"><StanceGlyph stance="SUPPORT" size="small" /> <Trans>For</Trans></th>
            <th scope="col"><StanceGlyph stance="OBJECT" size="small" /> <Trans>Against</Trans></th>
            <th scope="col"><StanceGlyph stance="ABSTAIN" size="small" /> <Trans>Abstain</Trans></th>
            <th scope="col"><StanceGlyph stance="NONE" size="small" /> <Trans>Silent</Trans></th>
            <th scope="col"><StanceGlyph stance="NOT_COMPETENT" size="small" /> <Trans>Outside powers</Trans></th>
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
