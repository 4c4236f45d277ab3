/** One procedure: what is decided, under which rule, where it stands level by level, and what can be done with it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CloseProcedureDocument, type DecisionsDocument, ReferDocument, WithdrawProcedureDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { permit } from "../../api/permits.ts";
import { Button } from "../../ui/Button.tsx";
import { ConfirmByName, Dialog } from "../../ui/Dialog.tsx";
import { TextArea } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { Link, useGo } from "../../ui/Link.tsx";
import { Notice, RefusalNotice, Tag, problemOf } from "../../ui/Notice.tsx";
import { OrganisationLine, type Rung } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import styles from "./Decisions.module.css";
import { VerdictTable } from "./VerdictTable.tsx";

export type ProcedureLine = NonNullable<ResultOf<typeof DecisionsDocument>["dialogue"]>["procedures"][number];

/** What a procedure decides on, in a few words. */
export function useSubject() {
  const { t } = useLingui();
  return ({ set, sectionId }: Pick<ProcedureLine, "set" | "sectionId">) =>
    sectionId ? t`A clause of ${set.document.title}, text no. ${set.number}` : t`${set.document.title}, text no. ${set.number}`;
}

export function OpenProcedureView({ procedure, levels }: { procedure: ProcedureLine; levels: readonly Rung[] }) {
  const subject = useSubject();
  const { verdict } = procedure;
  const at = procedure.sectionId ? `#${procedure.sectionId}` : "";
  return (
    <article className={styles.procedure}>
      <header>
        <p className="quiet">
          {procedure.state === "SUSPENDED" ? <Tag kind="needs"><Trans>Suspended</Trans></Tag> : <Tag kind="act"><Trans>Under way</Trans></Tag>}{" "}
          <Trans>Positions until <Time value={procedure.closesAt} /></Trans>
        </p>
        <h3><Link to={`/texts/${procedure.set.id}${at}`}>{subject(procedure)}</Link></h3>
        <p className="quiet">{procedure.rule.sentence}</p>
      </header>
      <p className={styles.verdict} aria-live="polite"><Trans>As it stands:</Trans> {verdict.sentence}</p>
      <VerdictTable verdict={verdict} levels={levels} />
      {procedure.referrals.map((referral) => (
        <Notice key={referral.delegation.id} kind="needs" title={<><OrganisationLine name={referral.delegation.organisation.name} level={referral.delegation.level} /> <Trans>asked its principals to take this up</Trans></>}>
          {referral.reasons} <span className="quiet"><Trans>Suspended until <Time value={referral.until} /></Trans></span>
        </Notice>
      ))}
      <Steps procedure={procedure} />
    </article>
  );
}

function Steps({ procedure }: { procedure: ProcedureLine }) {
  const { t } = useLingui();
  const go = useGo();
  const subject = useSubject();
  const [asked, setAsked] = useState<"close" | "withdraw" | "refer">();
  const [close, closing] = useVerb(CloseProcedureDocument);
  const shut = () => setAsked(undefined);
  const may = (action: string) => permit(action, procedure.viewerCan);
  const mayClose = may("CLOSE");
  const mayWithdraw = may("WITHDRAW");
  const mayRefer = may("REFER");
  const doClose = async () => {
    const made = await close({ procedureId: procedure.id });
    if (!made) return;
    shut();
    if (made.record) go(`/records/${made.record.id}`);
  };
  return (
    <div className={styles.steps} data-screen-only>
      <Button to={`/texts/${procedure.set.id}/positions`}><Trans>Look at the positions</Trans></Button>
      {mayClose && <Button kind="primary" why={mayClose.why} onClick={() => setAsked("close")}><Trans>Close the procedure</Trans></Button>}
      {mayRefer && <Button why={mayRefer.why} onClick={() => setAsked("refer")}><Trans>Refer to our principals</Trans></Button>}
      {mayWithdraw && <Button kind="plain" why={mayWithdraw.why} onClick={() => setAsked("withdraw")}><Trans>Withdraw</Trans></Button>}
      <ConfirmByName open={asked === "close"} onClose={shut} onConfirm={() => void doClose()} title={t`Close the procedure`} name={procedure.set.document.title} verb={t`Close the procedure`} waiting={closing.waiting}>
        <p><Trans>The positions are counted as they stand now, and the outcome can't be changed. A record is then drafted for sealing.</Trans></p>
        <p className={styles.verdict}>{procedure.verdict.sentence}</p>
        <RefusalNotice refusal={closing.refusal} />
      </ConfirmByName>
      <Dialog open={asked === "withdraw"} onClose={shut} title={t`Withdraw: ${subject(procedure)}`}><Withdraw id={procedure.id} onDone={shut} /></Dialog>
      <Dialog open={asked === "refer"} onClose={shut} title={t`Refer to our principals`}><Refer id={procedure.id} onDone={shut} /></Dialog>
    </div>
  );
}

function Withdraw({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useLingui();
  const [reasons, setReasons] = useState("");
  const [withdraw, { waiting, refusal }] = useVerb(WithdrawProcedureDocument);
  const send = async () => {
    if (await withdraw({ procedureId: id, reasons })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="danger" type="submit" waiting={waiting}><Trans>Withdraw the procedure</Trans></Button><Button onClick={onDone}><Trans>Keep it open</Trans></Button></>}>
      <p><Trans>Nothing is counted. It stays readable here that it was opened and withdrawn.</Trans></p>
      <TextArea label={t`Reasons`} value={reasons} onChange={setReasons} startHere problem={problemOf(refusal, "reasons")} />
      <RefusalNotice refusal={refusal} fields={["reasons"]} />
    </Form>
  );
}

function Refer({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useLingui();
  const [reasons, setReasons] = useState("");
  const [refer, { waiting, refusal }] = useVerb(ReferDocument);
  const send = async () => {
    if (await refer({ procedureId: id, reasons })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Refer</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>The procedure rests for a set time, so that those who sent you can take it up. Your delegation can ask this once, and it is recorded.</Trans></p>
      <TextArea label={t`Reasons`} required value={reasons} onChange={setReasons} startHere problem={problemOf(refusal, "reasons")} />
      <RefusalNotice refusal={refusal} fields={["reasons"]} />
    </Form>
  );
}
