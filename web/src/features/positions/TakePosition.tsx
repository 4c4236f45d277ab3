/** Takes or drafts the position of the viewer's delegation on one clause, or on the whole text. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { DraftPositionDocument, TakePositionDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { CheckField, RadioField, TextArea } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { Notice, RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { PositionLine } from "./Statement.tsx";
import { useStanceNames } from "./stances.ts";

const STANCES = ["SUPPORT", "SUPPORT_WITH_RESERVATION", "CONDITIONAL", "ABSTAIN", "OBJECT", "NOT_COMPETENT"] as const;
const FIELDS = ["stance", "statement", "reservations", "conditions", "adReferendum"];
const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

export function TakePosition({ setId, sectionId, mandateState, earlier, onDone }: {
  setId: string; sectionId: string | null; mandateState: string; earlier?: PositionLine | null | undefined; onDone: () => void;
}) {
  const { t } = useLingui();
  const names = useStanceNames();
  const [take, taking] = useVerb(TakePositionDocument);
  const [draft, drafting] = useVerb(DraftPositionDocument);
  const [stance, setStance] = useState<string>(earlier?.stance ?? "");
  const [statement, setStatement] = useState(earlier?.statement ?? "");
  const [reservations, setReservations] = useState(earlier?.reservations.join("\n") ?? "");
  const [conditions, setConditions] = useState(earlier?.conditions.map(({ text }) => text).join("\n") ?? "");
  const [adReferendum, setAdReferendum] = useState(earlier?.adReferendum ?? mandateState !== "VALID");
  const [unsaid, setUnsaid] = useState(false);
  const refusal = taking.refusal ?? drafting.refusal;
  const send = async (run: typeof take | typeof draft) => {
    const chosen = STANCES.find((each) => each === stance);
    setUnsaid(!chosen);
    if (!chosen) return;
    taking.forget();
    drafting.forget();
    const done = await run({
      setId, sectionId, stance: chosen, statement, adReferendum,
      reservations: chosen === "SUPPORT_WITH_RESERVATION" ? lines(reservations) : [],
      conditions: chosen === "CONDITIONAL" ? lines(conditions) : [],
    });
    if (done) onDone();
  };
  return (
    <Form onSend={() => void send(take)} buttons={<>
      <Button kind="primary" type="submit" waiting={taking.waiting}><Trans>Take position</Trans></Button>
      <Button onClick={() => void send(draft)} waiting={drafting.waiting}><Trans>Keep as a draft</Trans></Button>
    </>}>
      {mandateState === "VALID"
        ? <Notice kind="good"><Trans>Your mandate is valid.</Trans></Notice>
        : <Notice kind="needs"><Trans>No valid mandate is on file: a position can only be taken ad referendum, and counts once it is confirmed.</Trans></Notice>}
      <RadioField label={t`Stance`} required value={stance} onChange={setStance} problem={unsaid ? t`Choose a stance first.` : problemOf(refusal, "stance")}
        options={STANCES.map((value) => ({ value, label: names[value] }))} />
      <TextArea label={t`Statement`} hint={t`Why your delegation stands here, in its own words.`} value={statement} onChange={setStatement} problem={problemOf(refusal, "statement")} />
      {stance === "SUPPORT_WITH_RESERVATION" && <TextArea label={t`Reservations`} hint={t`One on each line.`} required value={reservations} onChange={setReservations} problem={problemOf(refusal, "reservations")} />}
      {stance === "CONDITIONAL" && <TextArea label={t`Conditions`} hint={t`One on each line.`} required value={conditions} onChange={setConditions} problem={problemOf(refusal, "conditions")} />}
      <CheckField label={t`Ad referendum`} hint={t`To be confirmed by those who sent you.`} checked={adReferendum} onChange={setAdReferendum} problem={problemOf(refusal, "adReferendum")} />
      <RefusalNotice refusal={refusal} fields={FIELDS} />
    </Form>
  );
}
