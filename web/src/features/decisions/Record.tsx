/** A decision record, to be read like the document it is. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { DecisionRecordDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useFormat } from "../../i18n/format.ts";
import { Facts } from "../../ui/Facts.tsx";
import { Link } from "../../ui/Link.tsx";
import { OrganisationLine } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import { readContent } from "./content.ts";
import styles from "./Decisions.module.css";
import { Fingerprint, Seal } from "./Seal.tsx";
import { VerdictTable } from "./VerdictTable.tsx";

export type RecordData = NonNullable<ResultOf<typeof DecisionRecordDocument>["decisionRecord"]>;

export function RecordBody({ record, positions }: { record: RecordData; positions: ReactNode }) {
  const { t } = useLingui();
  const format = useFormat();
  const content = readContent(record.content, format.locale);
  const { reasons, followUp } = content;
  const { dialogue, procedure, set } = record;
  const levelOf = (organisation: string) => procedure.positions.find(({ delegation }) => delegation.organisation.name === organisation)?.delegation.level;
  const languages = content.languages.map(({ language, authentic }) => (authentic ? t`${format.language(language)} (authentic)` : format.language(language)));
  return (
    <div className={styles.record}>
      <p className={styles.outcome}>{procedure.verdict.sentence}</p>
      <section>
        <h2><Trans>Subject and rule</Trans></h2>
        <Facts facts={[
          [t`Text`, <Link key="text" to={`/texts/${set.id}`}>{content.clause ? t`Clause ${content.clause} of ${set.document.title}, text no. ${set.number}` : t`${set.document.title}, text no. ${set.number}`}</Link>],
          languages.length > 0 && [t`Languages`, format.list(languages)],
          [t`Dialogue`, <Link key="dialogue" to={`/dialogues/${dialogue.id}`}>{dialogue.question}</Link>],
          [t`Policy lab`, dialogue.lab.name],
          content.convened !== "" && [t`Convened`, <Time key="convened" value={content.convened} as="date" />],
          content.met !== "" && [t`Session held`, <Time key="met" value={content.met} as="date" />],
          [t`Rule`, procedure.rule.sentence],
          content.openedAt !== "" && [t`Opened`, <span key="opened"><Time value={content.openedAt} />{content.openedBy && <span className="quiet"> {content.openedBy}</span>}</span>],
          content.closedAt !== "" && [t`Closed`, <span key="closed"><Time value={content.closedAt} />{content.closedBy && <span className="quiet"> {content.closedBy}</span>}</span>],
        ]} />
      </section>
      <section>
        <h2><Trans>Positions by level</Trans></h2>
        <VerdictTable verdict={procedure.verdict} levels={dialogue.lab.levels} />
        {positions}
      </section>
      <section>
        <h2><Trans>Statement of reasons</Trans></h2>
        {reasons ? <p className={styles.words}>{reasons}</p> : <p className="quiet">{record.state === "SEALED" ? <Trans>None were given.</Trans> : <Trans>Written when the record is sealed.</Trans>}</p>}
      </section>
      {content.reservations.length > 0 && (
        <section>
          <h2><Trans>Reservations</Trans></h2>
          <ul className={styles.said}>
            {content.reservations.map((each) => (
              <li key={each.delegation}>
                <div className={styles.who}><OrganisationLine name={each.organisation} level={levelOf(each.organisation)} /></div>
                {each.points.map((point) => <p key={point} className={styles.words}>{point}</p>)}
                {each.objection && <p className={`quiet ${styles.small}`}><Trans>An objection without reasons; under this rule it counts as a reservation.</Trans></p>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {record.statements.length > 0 && (
        <section>
          <h2><Trans>Statements of delegations</Trans></h2>
          <ul className={styles.said}>
            {record.statements.map((statement) => (
              <li key={statement.id}>
                <div className={styles.who}><OrganisationLine name={statement.delegation.organisation.name} level={statement.delegation.level} /><span className="quiet"><Time value={statement.createdAt} as="date" /></span></div>
                <p className={styles.words}>{statement.text}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {followUp && <section><h2><Trans>What follows</Trans></h2><p className={styles.words}>{followUp}</p></section>}
      {content.recommendations.length > 0 && (
        <section>
          <h2><Trans>Recommendations touched</Trans></h2>
          <p>{content.recommendations.map(({ number, clauses }, place) => <span key={number}>{place > 0 && "; "}<strong>{number}</strong>{clauses.length > 0 && <> <Trans>by clause {clauses.join(", ")}</Trans></>}</span>)}. <Link to={`/dialogues/${dialogue.id}/coverage`}><Trans>Coverage</Trans></Link></p>
        </section>
      )}
      {record.corrigenda.length > 0 && (
        <section>
          <h2><Trans>Corrigenda</Trans></h2>
          <ol className={styles.said}>
            {record.corrigenda.map((each) => (
              <li key={each.id}>
                <p className={styles.words}>{each.text}</p>
                <p className={`quiet ${styles.small}`}><Trans>Sealed <Time value={each.sealedAt} /></Trans> · <Fingerprint hash={each.hash.slice(0, 16)} />…</p>
              </li>
            ))}
          </ol>
        </section>
      )}
      {record.adoptions.length > 0 && (
        <section>
          <h2><Trans>Formal adoption</Trans></h2>
          <p className={`quiet ${styles.small}`}><Trans>Acts of bodies under their own law; they are not decisions of this lab.</Trans></p>
          <ul className={styles.said}>
            {record.adoptions.map((each) => (
              <li key={each.id}>
                <strong>{each.body}</strong>, <Time value={each.date} as="date" />
                <p className={styles.small}>{each.link ? <a href={each.link} rel="noopener noreferrer">{each.reference}</a> : each.reference}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Seal record={record} />
    </div>
  );
}
