/** Answers a recommendation: accepted, in part, declined with reasons, or referred to the level that can. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { RespondToRecommendationDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { DateField, RadioField, SelectField, TextArea } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import { useCoverageWords } from "./words.ts";

const ANSWERS = ["ACCEPTED", "PARTLY", "DECLINED", "REFERRED"] as const;
const FIELDS = ["answer", "reasons", "referredTo", "decidedOn"];

export function Respond({ dialogueId, recommendation, earlier, levels, onDone }: {
  dialogueId: string; recommendation: { id: string; number: string; text: string };
  earlier?: { answer: (typeof ANSWERS)[number]; reasons: string } | null; levels: readonly Rung[]; onDone: () => void;
}) {
  const { t } = useLingui();
  const { answers } = useCoverageWords();
  const [answer, setAnswer] = useState<string>(earlier?.answer ?? "");
  const [reasons, setReasons] = useState(earlier?.reasons ?? "");
  const [referredTo, setReferredTo] = useState(levels.at(-1)?.code ?? "");
  const [decidedOn, setDecidedOn] = useState("");
  const [unsaid, setUnsaid] = useState(false);
  const [respond, { waiting, refusal }] = useVerb(RespondToRecommendationDocument);
  const send = async () => {
    const chosen = ANSWERS.find((each) => each === answer);
    setUnsaid(!chosen);
    if (!chosen) return;
    const made = await respond({ dialogueId, recommendationId: recommendation.id, answer: chosen, reasons, referredTo: chosen === "REFERRED" ? referredTo : null, decidedOn: decidedOn || null });
    if (made) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Answer</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><strong>{recommendation.number}</strong> {recommendation.text}</p>
      <RadioField label={t`Answer`} required value={answer} onChange={setAnswer} problem={unsaid ? t`Choose an answer first.` : problemOf(refusal, "answer")} options={ANSWERS.map((value) => ({ value, label: answers[value] }))} />
      {answer === "REFERRED" && <SelectField label={t`Level that can act on it`} value={referredTo} onChange={setReferredTo} problem={problemOf(refusal, "referredTo")} options={levels.map(({ code, name }) => ({ value: code, label: name }))} />}
      <TextArea label={t`Reasons`} required={answer === "DECLINED"} value={reasons} onChange={setReasons} problem={problemOf(refusal, "reasons")} />
      <DateField label={t`Decided on`} hint={t`Today, if left empty.`} value={decidedOn} onChange={setDecidedOn} problem={problemOf(refusal, "decidedOn")} />
      <RefusalNotice refusal={refusal} fields={FIELDS} />
    </Form>
  );
}
