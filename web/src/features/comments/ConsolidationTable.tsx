/** All amendments to one text, clause by clause: what stands, what is proposed, why, by whom, and what became of it. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { AmendmentLineFragment, SectionLineFragment } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { Link } from "../../ui/Link.tsx";
import { Tag } from "../../ui/Notice.tsx";
import { OrganisationLine } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import { AmendmentSteps } from "./AmendmentSteps.tsx";
import { byClause, side } from "./amendments.ts";
import styles from "./Amendments.module.css";

export type AmendmentLine = ResultOf<typeof AmendmentLineFragment>;
export type SectionLine = ResultOf<typeof SectionLineFragment>;

export function ConsolidationTable({ amendments, sections, setId }: {
  amendments: readonly AmendmentLine[]; sections: readonly SectionLine[]; setId: string;
}) {
  const { t } = useLingui();
  return (
    <table className={styles.table}>
      <caption className="unseen"><Trans>Amendments, clause by clause</Trans></caption>
      <colgroup><col /><col data-wide /><col data-wide /><col /><col /></colgroup>
      <thead>
        <tr>
          <th scope="col"><Trans>Delegation</Trans></th><th scope="col"><Trans>As it stands</Trans></th><th scope="col"><Trans>Proposed</Trans></th>
          <th scope="col"><Trans>Reasons</Trans></th><th scope="col"><Trans>What became of it</Trans></th>
        </tr>
      </thead>
      {byClause(amendments, sections).map(({ sectionId, section, amendments: here }) => (
        <tbody key={sectionId}>
          <tr className={styles.clause}>
            <th scope="rowgroup" colSpan={5}><Link to={`/texts/${setId}#${sectionId}`}>{section ? `${section.number} ${section.heading ?? excerpt(section.text)}` : t`Clause ${here[0]?.number ?? ""}`}</Link></th>
          </tr>
          {here.map((amendment) => (
            <tr key={amendment.id} id={amendment.id}>
              <th scope="row"><OrganisationLine name={amendment.delegation.organisation.name} level={amendment.delegation.level} /><div className="quiet"><Time value={amendment.createdAt} as="date" /></div></th>
              <td className={styles.runs} lang={amendment.language}><span className={styles.label}><Trans>As it stands</Trans></span><Runs runs={side(amendment.runs, "before")} /></td>
              <td className={styles.runs} lang={amendment.language}>
                <span className={styles.label}><Trans>Proposed</Trans></span>
                {amendment.proposed.trim() === "" ? <span className="quiet"><Trans>The clause is struck out.</Trans></span> : <Runs runs={side(amendment.runs, "after")} />}
              </td>
              <td className={styles.words}><span className={styles.label}><Trans>Reasons</Trans></span>{amendment.reasons}</td>
              <td>
                <div className={styles.fate}>
                  <Fate amendment={amendment} />
                  <AmendmentSteps amendment={amendment} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

const excerpt = (text: string) => (text.length > 70 ? `${text.slice(0, 68).trimEnd()}…` : text);

export function Runs({ runs }: { runs: readonly { kind: "EQUAL" | "INSERTED" | "DELETED" | "BREAK"; text: string }[] }) {
  return runs.map((run, place) => {
    const key = `${place}-${run.kind}`;
    if (run.kind === "INSERTED") return <ins key={key}>{run.text}</ins>;
    if (run.kind === "DELETED") return <del key={key}>{run.text}</del>;
    return run.kind === "BREAK" ? <br key={key} /> : <span key={key}>{run.text}</span>;
  });
}

function Fate({ amendment }: { amendment: AmendmentLine }) {
  const tags = {
    TABLED: <Tag kind="needs"><Trans>waits</Trans></Tag>, ACCEPTED: <Tag kind="good"><Trans>accepted</Trans></Tag>, MERGED: <Tag kind="good"><Trans>merged into the draft</Trans></Tag>,
    REJECTED: <Tag kind="danger"><Trans>rejected</Trans></Tag>, WITHDRAWN: <Tag><Trans>withdrawn</Trans></Tag>,
  };
  return (
    <>
      <span>{tags[amendment.state]}</span>
      {amendment.fateReasons && <p>{amendment.fateReasons}</p>}
      {amendment.settledAt && <span className="quiet"><Time value={amendment.settledAt} as="date" /></span>}
    </>
  );
}
