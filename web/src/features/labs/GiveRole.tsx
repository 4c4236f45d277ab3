/** Gives somebody a role in a dialogue: who moderates, holds the pen, advises, reads along. */
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { GrantRoleDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { useRoleNames } from "./actions.ts";
import { type PersonChoice, labelOf } from "./choices.ts";

const GRANTED = ["MODERATOR", "RAPPORTEUR", "EXPERT", "OBSERVER", "STAKEHOLDER", "COORDINATOR", "SECRETARIAT"] as const;

export function GiveRole({ dialogueId, people, organisations, more, chosen, onDone, onCancel }: {
  dialogueId: string; people: readonly PersonChoice[]; organisations: readonly { id: string; name: string }[]; more?: ReactNode; chosen?: string | undefined; onDone: () => void; onCancel: () => void;
}) {
  const { t } = useLingui();
  const names = useRoleNames();
  const [grant, { waiting, refusal }] = useVerb(GrantRoleDocument);
  const [role, setRole] = useState<(typeof GRANTED)[number]>("MODERATOR");
  const [personId, setPersonId] = useState(chosen ?? "");
  const [written, setWritten] = useState<string>();
  const [body, setBody] = useState<string>();
  const post = people.find(({ id }) => id === personId)?.memberships[0];
  const shown = written ?? post?.function ?? "";
  const organisationId = body ?? post?.organisation?.id ?? "";
  const send = async () => {
    if (await grant({ dialogueId, personId, role, function: shown, organisationId })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!personId || !organisationId || !shown.trim()}><Trans>Give the role</Trans></Button><Button onClick={onCancel}><Trans>Cancel</Trans></Button></>}>
      <SelectField label={t`Role`} value={role} onChange={(value) => setRole(GRANTED.find((each) => each === value) ?? role)} problem={problemOf(refusal, "role")} options={GRANTED.map((value) => ({ value, label: names(value) }))} />
      <SelectField label={t`Person`} required value={personId} onChange={setPersonId} problem={problemOf(refusal, "personId")} options={[{ value: "", label: t`Choose one` }, ...people.map((person) => ({ value: person.id, label: labelOf(person) }))]} />
      {more}
      <TextField label={t`Function`} hint={t`It stands beside everything they say here.`} required value={shown} onChange={setWritten} problem={problemOf(refusal, "function")} />
      <SelectField label={t`Organisation`} required value={organisationId} onChange={setBody} problem={problemOf(refusal, "organisationId")} options={[{ value: "", label: t`Choose one` }, ...organisations.map(({ id, name }) => ({ value: id, label: name }))]} />
      <RefusalNotice refusal={refusal} fields={["role", "personId", "function", "organisationId"]} />
    </Form>
  );
}
