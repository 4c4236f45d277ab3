/** One meeting: when and where, who is there, what was written down. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CancelMeetingDocument, CloseMeetingDocument, type MeetingsDocument, OpenMeetingDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Ask } from "../../ui/Dialog.tsx";
import { RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import { Agenda } from "./Agenda.tsx";
import { Attendance, Attended, type Meeting, Quorum } from "./Attendance.tsx";
import styles from "./Meetings.module.css";
import { Minutes } from "./Minutes.tsx";

type Delegations = NonNullable<ResultOf<typeof MeetingsDocument>["dialogue"]>["delegations"];

export function MeetingEntry({ meeting, delegations, mayRun, mayWrite }: { meeting: Meeting; delegations: Delegations; mayRun: boolean; mayWrite: boolean }) {
  const { t } = useLingui();
  const [begin, opening] = useVerb(OpenMeetingDocument);
  const [close, closing] = useVerb(CloseMeetingDocument);
  const [cancel, cancelling] = useVerb(CancelMeetingDocument);
  const [asked, setAsked] = useState<"close" | "cancel">();
  const states = {
    PLANNED: <Tag><Trans>planned</Trans></Tag>, OPEN: <Tag kind="act"><Trans>going on now</Trans></Tag>,
    HELD: <Tag kind="good"><Trans>held</Trans></Tag>, CANCELLED: <Tag kind="danger"><Trans>cancelled</Trans></Tag>,
  };
  return (
    <Part title={meeting.title} actions={<>
      {states[meeting.state]}
      {mayRun && meeting.state === "PLANNED" && <Button kind="primary" waiting={opening.waiting} label={t`Open the meeting: ${meeting.title}`} onClick={() => void begin({ meetingId: meeting.id })}><Trans>Open the meeting</Trans></Button>}
      {mayRun && meeting.state === "PLANNED" && <Button kind="plain" label={t`Call off: ${meeting.title}`} onClick={() => setAsked("cancel")}><Trans>Call off</Trans></Button>}
      {mayRun && meeting.state === "OPEN" && <Button kind="primary" label={t`Close the meeting: ${meeting.title}`} onClick={() => setAsked("close")}><Trans>Close the meeting</Trans></Button>}
    </>}>
      <div className={styles.meeting}>
        <p>
          <Time value={meeting.startsAt} />{meeting.endsAt && <> – <Time value={meeting.endsAt} /></>}
          {meeting.place && <> · {meeting.place}</>}
          {meeting.link && <> · <a href={meeting.link} rel="noreferrer noopener" target="_blank"><Trans>Video room</Trans></a></>}
          {meeting.state !== "HELD" && <> · <a href={`/calendar/meetings/${meeting.id}.ics`} download aria-label={t`Into your calendar: ${meeting.title}`}><Trans>Into your calendar</Trans></a></>}
          {meeting.public && <> · <Trans>open to the public</Trans></>}
        </p>
        <RefusalNotice refusal={opening.refusal} />
        <Agenda meeting={meeting} mayChange={mayRun || mayWrite} />
        {meeting.state !== "PLANNED" && meeting.state !== "CANCELLED" && <Quorum quorum={meeting.quorum} />}
        {meeting.state === "OPEN" && (mayRun || mayWrite) && <Attendance meeting={meeting} delegations={delegations} />}
        {meeting.state === "HELD" && <Attended meeting={meeting} delegations={delegations} />}
        {meeting.state !== "PLANNED" && <Minutes meeting={meeting} mayWrite={mayWrite || mayRun} mayApprove={mayRun && meeting.state === "HELD"} />}
      </div>
      <Ask open={asked === "close"} onClose={() => setAsked(undefined)} title={t`Close this meeting`} verb={t`Close the meeting`} waiting={closing.waiting}
        onConfirm={() => void close({ meetingId: meeting.id }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>It counts as held at the levels that have a quorum now. Attendance can’t be changed afterwards.</Trans></p>
        <Quorum quorum={meeting.quorum} />
        <RefusalNotice refusal={closing.refusal} />
      </Ask>
      <Ask open={asked === "cancel"} onClose={() => setAsked(undefined)} title={t`Call this meeting off`} verb={t`Call it off`} waiting={cancelling.waiting}
        onConfirm={() => void cancel({ meetingId: meeting.id }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>It stays in the list as cancelled and can’t be opened again; a new one can be planned.</Trans></p>
        <RefusalNotice refusal={cancelling.refusal} />
      </Ask>
    </Part>
  );
}
