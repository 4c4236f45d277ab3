/** What can be done with a record: attach a statement and seal it; later correct, publish, and report its formal adoption. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { AddCorrigendumDocument, AttachStatementDocument, PublishRecordDocument, RecordAdoptionDocument, SealRecordDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { permit } from "../../api/permits.ts";
import { Button } from "../../ui/Button.tsx";
import { ConfirmByName, Dialog } from "../../ui/Dialog.tsx";
import { DateField, TextArea, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { Notice, RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { RecordData } from "./Record.tsx";

type Step = "statement" | "seal" | "corrigendum" | "publish" | "adoption";

export function RecordSteps({ record }: { record: RecordData }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState<Step>();
  const shut = () => setAsked(undefined);
  const may = (action: string) => permit(action, record.viewerCan);
  const sealed = record.state === "SEALED";
  const steps = [
    { step: "seal", there: !sealed, may: may("SEAL"), words: t`Seal the record`, kind: "primary" },
    { step: "statement", there: !sealed, may: may("ATTACH_STATEMENT"), words: t`Attach a statement`, kind: "quiet" },
    { step: "publish", there: sealed && record.publication !== "PUBLIC", may: may("PUBLISH"), words: t`Publish`, kind: "primary" },
    { step: "adoption", there: sealed, may: may("RECORD_ADOPTION"), words: t`Report formal adoption`, kind: "quiet" },
    { step: "corrigendum", there: sealed, may: may("ADD_CORRIGENDUM"), words: t`Correct`, kind: "plain" },
  ] as const;
  return (
    <>
      {steps.map(({ step, there, may, words, kind }) => there && may && <Button key={step} kind={kind} why={may.why} onClick={() => setAsked(step)}>{words}</Button>)}
      <Dialog open={asked === "statement"} onClose={shut} title={t`Attach a statement`}><AttachStatement id={record.id} onDone={shut} /></Dialog>
      <Dialog open={asked === "seal"} onClose={shut} title={t`Seal the record`}><SealIt record={record} onDone={shut} /></Dialog>
      <Dialog open={asked === "corrigendum"} onClose={shut} title={t`Correct the record`}><Correct id={record.id} onDone={shut} /></Dialog>
      <Dialog open={asked === "adoption"} onClose={shut} title={t`Report formal adoption`}><Adopt id={record.id} onDone={shut} /></Dialog>
      <Publish record={record} open={asked === "publish"} onDone={shut} />
    </>
  );
}

type One = { id: string; onDone: () => void };

function AttachStatement({ id, onDone }: One) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const [attach, { waiting, refusal }] = useVerb(AttachStatementDocument);
  const send = async () => {
    if (await attach({ recordId: id, text })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Attach the statement</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>Your delegation's statement becomes part of the record, word for word. It does not change the outcome. Each delegation attaches one.</Trans></p>
      <TextArea label={t`Statement`} required rows={5} value={text} onChange={setText} startHere problem={problemOf(refusal, "text")} />
      <RefusalNotice refusal={refusal} fields={["text"]} />
    </Form>
  );
}

function SealIt({ record, onDone }: { record: RecordData; onDone: () => void }) {
  const { t } = useLingui();
  const [reasons, setReasons] = useState("");
  const [followUp, setFollowUp] = useState("");
  const [name, setName] = useState("");
  const [seal, { waiting, refusal }] = useVerb(SealRecordDocument);
  const right = name.trim().toLocaleLowerCase() === record.identifier.toLocaleLowerCase();
  const send = async () => {
    if (right && (await seal({ recordId: record.id, reasons, followUp }))) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" disabled={!right} waiting={waiting}><Trans>Seal</Trans></Button><Button onClick={onDone}><Trans>Not yet</Trans></Button></>}>
      <TextArea label={t`Statement of reasons`} hint={t`Why it was decided so, for people who were not there.`} required rows={6} value={reasons} onChange={setReasons} startHere problem={problemOf(refusal, "reasons")} />
      <TextArea label={t`What follows`} hint={t`Who does what next, and by when.`} value={followUp} onChange={setFollowUp} problem={problemOf(refusal, "followUp")} />
      <Notice kind="needs"><Trans>A sealed record never changes again. What turns out wrong can only be corrected by a corrigendum beside it.</Trans></Notice>
      <TextField label={t`To go on, write: ${record.identifier}`} value={name} onChange={setName} />
      <RefusalNotice refusal={refusal} fields={["reasons", "followUp"]} />
    </Form>
  );
}

function Correct({ id, onDone }: One) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  const [correct, { waiting, refusal }] = useVerb(AddCorrigendumDocument);
  const send = async () => {
    if (await correct({ recordId: id, text })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Seal the corrigendum</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>The record itself stays as it is. The corrigendum is sealed as well and stands beside it for good.</Trans></p>
      <TextArea label={t`What is wrong, and how it should read`} required rows={5} value={text} onChange={setText} startHere problem={problemOf(refusal, "text")} />
      <RefusalNotice refusal={refusal} fields={["text"]} />
    </Form>
  );
}

const ADOPTION = ["body", "date", "reference", "link"];

function Adopt({ id, onDone }: One) {
  const { t } = useLingui();
  const [body, setBody] = useState("");
  const [date, setDate] = useState("");
  const [reference, setReference] = useState("");
  const [link, setLink] = useState("");
  const [report, { waiting, refusal }] = useVerb(RecordAdoptionDocument);
  const send = async () => {
    if (await report({ recordId: id, body, date, reference, link: link.trim() || null })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!date}><Trans>Report the adoption</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>A council or government adopts the text under its own law. That act is reported here beside the decision, never in its place.</Trans></p>
      <TextField label={t`Body that adopted it`} required value={body} onChange={setBody} startHere problem={problemOf(refusal, "body")} />
      <DateField label={t`Date`} required value={date} onChange={setDate} problem={problemOf(refusal, "date")} />
      <TextField label={t`Reference of the act`} required value={reference} onChange={setReference} problem={problemOf(refusal, "reference")} />
      <TextField label={t`Where it can be read`} type="url" placeholder="https://" value={link} onChange={setLink} problem={problemOf(refusal, "link")} />
      <RefusalNotice refusal={refusal} fields={ADOPTION} />
    </Form>
  );
}

function Publish({ record, open, onDone }: { record: RecordData; open: boolean; onDone: () => void }) {
  const { t } = useLingui();
  const [publish, { waiting, refusal }] = useVerb(PublishRecordDocument);
  const send = async () => {
    if (await publish({ recordId: record.id })) onDone();
  };
  return (
    <ConfirmByName open={open} onClose={onDone} onConfirm={() => void send()} title={t`Publish the record`} name={record.identifier} verb={t`Publish`} waiting={waiting}>
      <p><Trans>Everybody can read the record and the text that was decided on, with functions and organisations, never people's names. This can't be taken back.</Trans></p>
      <RefusalNotice refusal={refusal} />
    </ConfirmByName>
  );
}
