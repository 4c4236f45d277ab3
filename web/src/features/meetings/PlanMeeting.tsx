/** Plans a meeting: when, where, and whether the public may come. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { PlanMeetingDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { CheckField, DateField, TextArea, TextField } from "../../ui/fields.tsx";
import { Form, Row } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { WordsField, type Words, asTexts } from "../../ui/WordsField.tsx";
import { momentOf, morningIn } from "./moments.ts";

const WEEKS_AHEAD = 21;

export function PlanMeeting({ dialogueId, languages, onDone }: { dialogueId: string; languages: readonly string[]; onDone: () => void }) {
  const { t } = useLingui();
  const [plan, { waiting, refusal }] = useVerb(PlanMeetingDocument);
  const [titles, setTitles] = useState<Words>({});
  const [starts, setStarts] = useState(() => morningIn(WEEKS_AHEAD));
  const [ends, setEnds] = useState("");
  const [place, setPlace] = useState("");
  const [link, setLink] = useState("");
  const [agenda, setAgenda] = useState("");
  const [open, setOpen] = useState(false);
  const startsAt = momentOf(starts);
  const send = async () => {
    if (!startsAt) return;
    const made = await plan({ dialogueId, titles: asTexts(titles, languages), startsAt, endsAt: momentOf(ends) ?? null, place: place.trim() || null, link: link.trim() || null, public: open, agenda: agenda.split("\n").map((line) => line.trim()).filter(Boolean) });
    if (made) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!startsAt || asTexts(titles, languages).length === 0}><Trans>Plan the meeting</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <WordsField label={t`Title`} languages={languages} value={titles} onChange={setTitles} startHere problem={problemOf(refusal, "titles")} />
      <Row>
        <DateField withTime label={t`Begins`} required value={starts} onChange={setStarts} problem={problemOf(refusal, "startsAt")} />
        <DateField withTime label={t`Ends`} value={ends} min={starts} onChange={setEnds} problem={problemOf(refusal, "endsAt")} />
      </Row>
      <TextField label={t`Place`} value={place} onChange={setPlace} problem={problemOf(refusal, "place")} />
      <TextField label={t`Link to a video room`} type="url" value={link} onChange={setLink} problem={problemOf(refusal, "link")} />
      <TextArea label={t`Agenda`} hint={t`One item on each line.`} rows={3} value={agenda} onChange={setAgenda} problem={problemOf(refusal, "agenda")} />
      <CheckField label={t`The public may attend`} checked={open} onChange={setOpen} problem={problemOf(refusal, "public")} />
      <RefusalNotice refusal={refusal} fields={["titles", "startsAt", "endsAt", "place", "link", "agenda", "public"]} />
    </Form>
  );
}
