/** The meetings of a dialogue: planned, going on, held; with quorum by level and minutes. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { DialogueChangedDocument, MeetingsDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { MeetingEntry } from "../features/meetings/MeetingEntry.tsx";
import { PlanMeeting } from "../features/meetings/PlanMeeting.tsx";
import { byUrgency } from "../features/meetings/order.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";

export function MeetingsScreen() {
  const { t } = useLingui();
  const id = useAddress("dialogueId");
  const { data, problem } = useScreen(MeetingsDocument, { id });
  useLive(DialogueChangedDocument, { id });
  const [planning, setPlanning] = useState(false);
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  const dialogue = data.dialogue;
  if (!dialogue) return <NotFound />;
  const run = permit("MODERATE", dialogue.permissions);
  const write = permit("TAKE_MINUTES", dialogue.permissions);
  const plan = run && <Button kind="primary" icon={<IconPlus aria-hidden="true" />} why={run.why} onClick={() => setPlanning(true)}><Trans>Plan a meeting</Trans></Button>;
  return (
    <DialoguePage dialogue={dialogue} title={t`Meetings`} actions={dialogue.meetings.length > 0 && plan}>
      {dialogue.meetings.length === 0 && <EmptyState title={<Trans>No meeting yet</Trans>} action={plan}><Trans>When the dialogue meets, its attendance is recorded here delegation by delegation, so that everybody sees at which levels it was complete.</Trans></EmptyState>}
      {byUrgency(dialogue.meetings).map((meeting) => (
        <MeetingEntry key={meeting.id} meeting={meeting} delegations={dialogue.delegations} mayRun={run?.allowed === true} mayWrite={write?.allowed === true} />
      ))}
      <Dialog open={planning} onClose={() => setPlanning(false)} title={t`Plan a meeting`}>
        <PlanMeeting dialogueId={dialogue.id} languages={dialogue.languages} onDone={() => setPlanning(false)} />
      </Dialog>
    </DialoguePage>
  );
}
