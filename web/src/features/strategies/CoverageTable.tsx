/** Recommendations down, clauses across: whole, in part or open; what is missing stands first. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { CoverageOfDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { WordsButton } from "../../ui/Button.tsx";
import { CoverGlyph } from "../../ui/icons.tsx";
import { Link } from "../../ui/Link.tsx";
import { Table } from "../../ui/Table.tsx";
import { cellState, clausesAcross, missingFirst } from "./coverage.ts";
import styles from "./Coverage.module.css";
import { useCoverageWords } from "./words.ts";

export type CoverageRow = NonNullable<ResultOf<typeof CoverageOfDocument>["dialogue"]>["coverage"]["rows"][number];

export function CoverageTable({ rows, onOpen }: { rows: readonly CoverageRow[]; onOpen: (recommendationId: string) => void }) {
  const { t } = useLingui();
  const { states, answers, kinds } = useCoverageWords();
  const clauses = clausesAcross(rows);
  return (
    <div className={styles.matrix}>
      <Table caption={t`Recommendations and the clauses that answer them`}>
        <thead>
          <tr>
            <th scope="col"><Trans>Recommendation</Trans></th>
            <th scope="col"><Trans>State</Trans></th>
            {clauses.map((clause) => <th key={clause.sectionId} scope="col" className={styles.clause} title={clause.heading ?? undefined}>{clause.number ?? t`gone`}<span className="unseen"> {clause.heading}</span></th>)}
            <th scope="col" className={styles.decision}><Trans>Decision</Trans></th>
          </tr>
        </thead>
        <tbody>
          {missingFirst(rows).map((row) => (
            <tr key={row.recommendation.id} data-state={row.state}>
              <th scope="row">
                <Opener recommendation={row.recommendation} onOpen={onOpen} />
              </th>
              <td className={styles.state}>
                <CoverGlyph state={row.state} /> <span>{states[row.state]}</span>
                {row.response && row.response.answer !== "DECLINED" && <small className="quiet">{row.response.referredTo?.name ?? answers[row.response.answer]}</small>}
              </td>
              {clauses.map((clause) => {
                const link = row.links.find(({ sectionId }) => sectionId === clause.sectionId);
                const label = link && `${kinds[link.kind]}${link.state === "TO_BE_CONFIRMED" ? `, ${t`to be confirmed`}` : ""}`;
                return <td key={clause.sectionId} className={styles.clause}>{link && <CoverGlyph state={cellState(link)} label={label} />}</td>;
              })}
              <td className={styles.decision}>{row.decisions.map((each) => <Link key={each.id} to={`/records/${each.id}`}>{each.identifier}</Link>)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p className={styles.legend}>
        <span><CoverGlyph state="ANSWERED" /> <Trans>answers it</Trans></span><span><CoverGlyph state="PARTLY" /> <Trans>answers it in part</Trans></span>
        <span><CoverGlyph state="OPEN" /> <Trans>open, or to be confirmed since the clause changed</Trans></span><span><CoverGlyph state="DECLINED" /> <Trans>declined, or a clause stands against it</Trans></span>
        <span><CoverGlyph state="REFERRED" /> <Trans>referred to another level</Trans></span>
      </p>
    </div>
  );
}

function Opener({ recommendation, onOpen }: { recommendation: CoverageRow["recommendation"]; onOpen: (id: string) => void }) {
  return (
    <WordsButton className={styles.open} onClick={() => onOpen(recommendation.id)}>
      <span className={styles.number}>{recommendation.number}</span> <span>{recommendation.text}</span>
    </WordsButton>
  );
}
