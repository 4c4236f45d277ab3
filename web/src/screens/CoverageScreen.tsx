/** Which recommendations the texts of a dialogue answer, where, and what is missing. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { IconPrinter } from "@tabler/icons-react";
import { useState } from "react";
import { CoverageOfDocument, DialogueChangedDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { AttachAssessment } from "../features/strategies/AttachAssessment.tsx";
import { CoverageTable } from "../features/strategies/CoverageTable.tsx";
import { LinkToClause } from "../features/strategies/LinkForm.tsx";
import { Links } from "../features/strategies/Links.tsx";
import { Respond } from "../features/strategies/Respond.tsx";
import { useCoverageWords } from "../features/strategies/words.ts";
import styles from "../features/strategies/Coverage.module.css";
import { Button } from "../ui/Button.tsx";
import { Dialog, Sheet } from "../ui/Dialog.tsx";
import { Column } from "../ui/Form.tsx";
import { CoverGlyph } from "../ui/icons.tsx";
import { Link, useAddress } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton, Part } from "../ui/Page.tsx";
import { Time } from "../ui/Time.tsx";

export function CoverageScreen() {
  const { t } = useLingui();
  const id = useAddress("dialogueId");
  const { states, answers } = useCoverageWords();
  const [opened, setOpened] = useState<{ id: string; doing: "reading" | "answering" | "linking" }>();
  const [attaching, setAttaching] = useState(false);
  const { data, problem } = useScreen(CoverageOfDocument, { id });
  useLive(DialogueChangedDocument, { id });
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton lines={9} />;
  const dialogue = data.dialogue;
  if (!dialogue) return <NotFound />;
  const { coverage, assessments, permissions } = dialogue;
  const { levels } = dialogue.lab;
  const mayAnswer = permit("RESPOND", permissions);
  const mayLink = permit("LINK_EVIDENCE", permissions);
  const mayAttach = permit("RECORD_EVIDENCE", permissions);
  const counts = [["OPEN", coverage.open], ["PARTLY", coverage.partly], ["ANSWERED", coverage.answered], ["REFERRED", coverage.referred], ["DECLINED", coverage.declined]] as const;
  const row = coverage.rows.find(({ recommendation }) => recommendation.id === opened?.id);
  const shut = () => setOpened(undefined);
  const back = () => setOpened((was) => was && { ...was, doing: "reading" });
  const attach = mayAttach && <Button why={mayAttach.why} onClick={() => setAttaching(true)}><Trans>Work on an INDEX result</Trans></Button>;
  return (
    <DialoguePage dialogue={dialogue} width="wide" title={t`Coverage`}
      lead={coverage.rows.length > 0 && (coverage.open > 0
        ? <Plural value={coverage.open} one="# recommendation waits for an answer." other="# recommendations wait for an answer." />
        : <Trans>Every recommendation has an answer.</Trans>)}
      actions={<>{attach}{coverage.rows.length > 0 && <Button kind="plain" icon={<IconPrinter aria-hidden="true" />} onClick={() => print()}><Trans>Print</Trans></Button>}</>}>
      {coverage.rows.length === 0
        ? <EmptyState title={<Trans>No recommendations yet</Trans>} action={attach}><Trans>Recommendations come with an INDEX result. Once this dialogue works on one, it shows here which clause answers which.</Trans></EmptyState>
        : (
          <>
            <p className={styles.tally}>{counts.map(([state, number]) => number > 0 && <span key={state}><CoverGlyph state={state} /> {number} <span className="quiet">{states[state]}</span></span>)}</p>
            <Part title={<Trans>Recommendations and clauses</Trans>} note={<Trans>What is missing stands first. Each line opens.</Trans>}>
              <CoverageTable rows={coverage.rows} onOpen={(recommendation) => setOpened({ id: recommendation, doing: "reading" })} />
            </Part>
          </>
        )}
      {assessments.length > 0 && (
        <p className="quiet">
          <Trans>From</Trans>{" "}
          {assessments.map((each, place) => <span key={each.id}>{place > 0 && ", "}<Link to={`/index/${each.id}`}>{each.territory.name}, {each.edition.label}</Link> {each.illustrative && <Tag><Trans>Invented example</Trans></Tag>}</span>)}
        </p>
      )}
      <Sheet open={row !== undefined} onClose={shut} title={row ? t`Recommendation ${row.recommendation.number}` : ""}>
        {row && opened?.doing === "answering" && <Respond dialogueId={dialogue.id} recommendation={row.recommendation} earlier={row.response} levels={levels} onDone={back} />}
        {row && opened?.doing === "linking" && <LinkToClause texts={dialogue.documents} recommendation={row.recommendation} onDone={back} />}
        {row && opened?.doing === "reading" && (
          <Column>
            <p>{row.recommendation.text}</p>
            <p className="quiet">{row.recommendation.dimensions.map(({ name }) => name).join(" · ")}</p>
            <p><CoverGlyph state={row.state} /> <strong>{states[row.state]}</strong></p>
            <Part level={3} title={<Trans>Answer</Trans>}>
              {row.response
                ? <><p><strong>{answers[row.response.answer]}</strong>{row.response.referredTo && <>: {row.response.referredTo.name}</>} <span className="quiet"><Time value={row.response.decidedOn} as="date" /></span></p><p>{row.response.reasons}</p></>
                : <p className="quiet"><Trans>Not answered yet.</Trans></p>}
              {mayAnswer && <div className={styles.steps}><Button kind={row.response ? "quiet" : "primary"} why={mayAnswer.why} onClick={() => setOpened({ ...opened, doing: "answering" })}>{row.response ? <Trans>Change the answer</Trans> : <Trans>Answer</Trans>}</Button></div>}
            </Part>
            <Part level={3} title={<Trans>Clauses</Trans>}>
              {row.links.length > 0 ? <Links links={row.links} show="clause" may={mayLink} /> : <p className="quiet"><Trans>No clause is linked yet.</Trans></p>}
              {mayLink && <div className={styles.steps}><Button why={mayLink.why} onClick={() => setOpened({ ...opened, doing: "linking" })}><Trans>Link a clause</Trans></Button></div>}
            </Part>
            {row.decisions.length > 0 && <Part level={3} title={<Trans>Decisions</Trans>}>{row.decisions.map((each) => <p key={each.id}><Link to={`/records/${each.id}`}>{each.identifier}</Link></p>)}</Part>}
          </Column>
        )}
      </Sheet>
      <Dialog open={attaching} onClose={() => setAttaching(false)} title={t`Work on an INDEX result`}>
        {attaching && <AttachAssessment dialogueId={dialogue.id} already={assessments.map((each) => each.id)} onDone={() => setAttaching(false)} />}
      </Dialog>
    </DialoguePage>
  );
}
