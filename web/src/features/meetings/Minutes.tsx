/** The minutes of a meeting: written, corrected, and approved once. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { ApproveMinutesDocument, WriteMinutesDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Ask, Dialog } from "../../ui/Dialog.tsx";
import { TextArea } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, Tag, problemOf } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import { useFormat } from "../../i18n/format.ts";
import type { Meeting } from "./Attendance.tsx";
import styles from "./Meetings.module.css";

export function Minutes({ meeting, mayWrite, mayApprove }: { meeting: Meeting; mayWrite: boolean; mayApprove: boolean }) {
  const { t } = useLingui();
  const format = useFormat();
  const [approve, approving] = useVerb(ApproveMinutesDocument);
  const [asked, setAsked] = useState<"write" | "approve">();
  const { minutes } = meeting;
  const open = !minutes?.approvedAt;
  if (!minutes && !mayWrite) return null;
  return (
    <Part level={3} title={<Trans>Minutes</Trans>} actions={<>
      {minutes?.approvedAt && <Tag kind="good"><Trans>approved on {format.date(minutes.approvedAt)}</Trans></Tag>}
      {mayWrite && open && <Button size="small" label={`${minutes ? t`Correct the minutes` : t`Write the minutes`}: ${meeting.title}`} onClick={() => setAsked("write")}>{minutes ? <Trans>Correct the minutes</Trans> : <Trans>Write the minutes</Trans>}</Button>}
      {minutes && mayApprove && open && <Button size="small" label={t`Approve: ${meeting.title}`} onClick={() => setAsked("approve")}><Trans>Approve</Trans></Button>}
    </>}>
      {minutes ? <p className={styles.minutes}>{minutes.text}</p> : <p className="quiet"><Trans>Not written yet.</Trans></p>}
      <Dialog open={asked === "write"} onClose={() => setAsked(undefined)} title={t`Minutes: ${meeting.title}`} size="wide">
        <WriteMinutes meeting={meeting} onDone={() => setAsked(undefined)} />
      </Dialog>
      <Ask open={asked === "approve"} onClose={() => setAsked(undefined)} title={t`Approve these minutes`} verb={t`Approve`} waiting={approving.waiting}
        onConfirm={() => void approve({ meetingId: meeting.id }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>From then on they can’t be changed.</Trans></p>
        <RefusalNotice refusal={approving.refusal} />
      </Ask>
    </Part>
  );
}

function WriteMinutes({ meeting, onDone }: { meeting: Meeting; onDone: () => void }) {
  const { t } = useLingui();
  const [write, { waiting, refusal }] = useVerb(WriteMinutesDocument);
  const [text, setText] = useState(meeting.minutes?.text ?? "");
  const send = async () => {
    if (await write({ meetingId: meeting.id, text })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!text.trim()}><Trans>Keep the minutes</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <TextArea label={t`What was said and agreed`} hint={t`By function and organisation, never by name.`} rows={10} required value={text} onChange={setText} startHere problem={problemOf(refusal, "text")} />
      <RefusalNotice refusal={refusal} fields={["text"]} />
    </Form>
  );
}
