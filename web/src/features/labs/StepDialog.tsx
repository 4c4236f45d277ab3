/** Brings a dialogue on: to its next phase, back to an earlier one, or by recording what happened. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { MovePhaseDocument, RecordFactDocument, SendConvocationDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { DateField, SelectField, TextArea, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { Step } from "./steps.ts";

export function useStepNames() {
  const { t } = useLingui();
  const facts: Record<string, string> = {
    INTENT_STATED: t`Record the statement of intent`, ANSWERS_APPROVED: t`Record that the answers are approved`,
    REPORT_RECEIVED: t`Record that the report came in`, COUNCIL_NOTED: t`Record that the council took note`,
    FRAMING_SETTLED: t`Record that the framing is settled`, OPTIONS_AGREED: t`Record that the options are agreed`,
    FEEDBACK_PUBLISHED: t`Record that the feedback is published`, DELEGATION_READY: t`Declare my delegation ready`,
  };
  return (step: Step): string => {
    if (step.kind === "move") return t`Move on to phase ${step.to.number}, ${step.to.title}`;
    if (step.kind === "back") return t`Go back to an earlier phase`;
    return step.kind === "notice" ? t`Send the notice of meeting` : (facts[step.fact] ?? step.fact);
  };
}

export function StepDialog({ dialogueId, step, onClose }: { dialogueId: string; step: Step | undefined; onClose: () => void }) {
  const names = useStepNames();
  return (
    <Dialog open={step !== undefined} onClose={onClose} title={step ? names(step) : ""}>
      {step?.kind === "fact" && <StateFact dialogueId={dialogueId} fact={step.fact} onDone={onClose} />}
      {step?.kind === "notice" && <SendNotice dialogueId={dialogueId} onDone={onClose} />}
      {(step?.kind === "move" || step?.kind === "back") && <Move dialogueId={dialogueId} step={step} onDone={onClose} />}
    </Dialog>
  );
}

function Move({ dialogueId, step, onDone }: { dialogueId: string; step: Extract<Step, { kind: "move" | "back" }>; onDone: () => void }) {
  const { t } = useLingui();
  const [move, { waiting, refusal }] = useVerb(MovePhaseDocument);
  const back = step.kind === "back";
  const [to, setTo] = useState(back ? (step.to.at(-1)?.id ?? "") : step.to.id);
  const [reason, setReason] = useState("");
  const send = async () => {
    if (await move({ dialogueId, to, reason })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={back && !reason.trim()}>{back ? <Trans>Go back</Trans> : <Trans>Move on</Trans>}</Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p>{back
        ? <Trans>What was done in the later phases stays on record. Everybody sees the reason.</Trans>
        : <Trans>From then on everybody may do what the new phase allows, and no longer what this one does.</Trans>}</p>
      {back && <SelectField label={t`Phase`} value={to} onChange={setTo} problem={problemOf(refusal, "to")} options={step.to.map(({ id, number, title }) => ({ value: id, label: `${number}. ${title}` }))} />}
      <TextArea label={back ? t`Reason` : t`Note`} hint={back ? undefined : t`If something should be remembered with this step.`} required={back} rows={2} value={reason} onChange={setReason} startHere problem={problemOf(refusal, "reason")} />
      <RefusalNotice refusal={refusal} fields={back ? ["to", "reason"] : ["reason"]} />
    </Form>
  );
}

function StateFact({ dialogueId, fact, onDone }: { dialogueId: string; fact: string; onDone: () => void }) {
  const { t } = useLingui();
  const [record, { waiting, refusal }] = useVerb(RecordFactDocument);
  const [note, setNote] = useState("");
  const send = async () => {
    if (await record({ dialogueId, kind: fact, note })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Record it</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>It is kept with your function and the time, and can’t be taken back.</Trans></p>
      <TextArea label={t`Note`} hint={t`Where it is written down, or who was there.`} rows={2} value={note} onChange={setNote} startHere problem={problemOf(refusal, "note")} />
      <RefusalNotice refusal={refusal} fields={["note"]} />
    </Form>
  );
}

function SendNotice({ dialogueId, onDone }: { dialogueId: string; onDone: () => void }) {
  const { t } = useLingui();
  const [send, { waiting, refusal }] = useVerb(SendConvocationDocument);
  const [agenda, setAgenda] = useState("");
  const [meetingOn, setMeetingOn] = useState("");
  const [place, setPlace] = useState("");
  const submit = async () => {
    if (await send({ dialogueId, agenda, meetingOn: meetingOn || null, place: place.trim() || null })) onDone();
  };
  return (
    <Form onSend={() => void submit()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!agenda.trim()}><Trans>Send the notice</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>It goes to everybody in the dialogue and can’t be called back. The days of notice begin today.</Trans></p>
      <TextArea label={t`Agenda`} hint={t`What will be talked about.`} required rows={4} value={agenda} onChange={setAgenda} startHere problem={problemOf(refusal, "agenda")} />
      <DateField label={t`Day of the session`} hint={t`Left empty, it is the first day that the notice allows.`} value={meetingOn} onChange={setMeetingOn} problem={problemOf(refusal, "meetingOn")} />
      <TextField label={t`Place`} value={place} onChange={setPlace} problem={problemOf(refusal, "place")} />
      <RefusalNotice refusal={refusal} fields={["agenda", "meetingOn", "place"]} />
    </Form>
  );
}
