/** Lets a dialogue work on an INDEX result, found by the name of its place. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { AttachAssessmentDocument, IndexHomeDocument } from "../../api/generated/operations.ts";
import { useScreen, useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";

export function AttachAssessment({ dialogueId, already, onDone }: { dialogueId: string; already: readonly string[]; onDone: () => void }) {
  const { t } = useLingui();
  const { data } = useScreen(IndexHomeDocument, {});
  const choices = (data?.assessments.nodes ?? []).filter(({ id }) => !already.includes(id)).toSorted((a, b) => a.territory.name.localeCompare(b.territory.name));
  const [chosen, setChosen] = useState("");
  const [attach, { waiting, refusal }] = useVerb(AttachAssessmentDocument);
  const send = async () => {
    if (await attach({ dialogueId, assessmentId: chosen })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!chosen}><Trans>Work on it</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>Its recommendations then wait for an answer here.</Trans></p>
      <SelectField label={t`INDEX result`} value={chosen} onChange={setChosen} problem={problemOf(refusal, "assessmentId")}
        options={[{ value: "", label: "" }, ...choices.map((each) => ({ value: each.id, label: [each.territory.name, each.publishedOn ?? each.answeredOn, each.edition.label].filter(Boolean).join(", ") }))]} />
      <RefusalNotice refusal={refusal} fields={["assessmentId"]} />
    </Form>
  );
}
