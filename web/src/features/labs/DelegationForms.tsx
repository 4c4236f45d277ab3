/** What is done with delegations: called to the table, filled by invitation or by seating. */
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { CreateDelegationDocument, InviteToDelegationDocument, SeatDelegateDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { CopyField } from "../../ui/Copy.tsx";
import { CheckField, NumberField, SelectField, TextField } from "../../ui/fields.tsx";
import { Column, Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import { type PersonChoice, invitationAddress, labelOf } from "./choices.ts";

export function NewDelegation({ dialogueId, levels, organisations, more, chosen, onDone, onCancel }: {
  dialogueId: string; levels: readonly Rung[]; organisations: readonly { id: string; name: string }[];
  /** A way to add an organisation that is not in the list. */
  more?: ReactNode;
  /** The one that has just been added. */
  chosen?: string | undefined; onDone: () => void; onCancel: () => void;
}) {
  const { t } = useLingui();
  const [create, { waiting, refusal }] = useVerb(CreateDelegationDocument);
  const [organisationId, setOrganisationId] = useState(chosen ?? "");
  const [level, setLevel] = useState(levels[0]?.code ?? "");
  const [voting, setVoting] = useState(true);
  const [weight, setWeight] = useState(1);
  const send = async () => {
    if (await create({ dialogueId, organisationId, level, voting, weight })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!organisationId}><Trans>Add the delegation</Trans></Button><Button onClick={onCancel}><Trans>Cancel</Trans></Button></>}>
      <SelectField label={t`Organisation`} required value={organisationId} onChange={setOrganisationId} problem={problemOf(refusal, "organisationId")}
        options={[{ value: "", label: t`Choose one` }, ...organisations.map(({ id, name }) => ({ value: id, label: name }))]} />
      {more}
      <SelectField label={t`Level of government`} hint={t`It speaks and is counted at this level.`} value={level} onChange={setLevel} problem={problemOf(refusal, "level")} options={levels.map(({ code, name }) => ({ value: code, label: name }))} />
      <CheckField label={t`It has a vote`} hint={t`Without one it is heard, and not counted.`} checked={voting} onChange={setVoting} problem={problemOf(refusal, "voting")} />
      {voting && <NumberField label={t`Weight of its vote`} min={1} max={1000} value={weight} onChange={setWeight} problem={problemOf(refusal, "weight")} />}
      <RefusalNotice refusal={refusal} fields={["organisationId", "level", "voting", "weight"]} />
    </Form>
  );
}

/** Makes an address that seats whoever opens it and signs in. It is shown this once. */
export function InviteByLink({ delegation, onDone }: { delegation: { id: string; organisation: { name: string } }; onDone: () => void }) {
  const { t } = useLingui();
  const [invite, { waiting, refusal }] = useVerb(InviteToDelegationDocument);
  const [displayName, setDisplayName] = useState("");
  const [role, setRole] = useState("");
  const [email, setEmail] = useState("");
  const [head, setHead] = useState(false);
  const [url, setUrl] = useState<string | null>();
  const send = async () => {
    const made = await invite({ delegationId: delegation.id, displayName, function: role, email: email.trim() || null, head });
    if (made) setUrl(invitationAddress(made, location.href));
  };
  if (url !== undefined) {
    return (
      <Column>
        {url
          ? <><p><Trans>Send this address to {displayName}, and to nobody else. It works once, for 30 days, and is not shown again.</Trans></p><CopyField label={t`Invitation`} value={url} /></>
          : <p><Trans>The invitation was made, but its address can’t be shown a second time. Make a new one.</Trans></p>}
        <div><Button kind="primary" onClick={onDone}><Trans>Done</Trans></Button></div>
      </Column>
    );
  }
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!displayName.trim() || !role.trim()}><Trans>Make the invitation</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>For a seat in the delegation of {delegation.organisation.name}. You get an address to send; we send nothing ourselves.</Trans></p>
      <TextField label={t`Who`} hint={t`How the person is addressed.`} required value={displayName} onChange={setDisplayName} startHere problem={problemOf(refusal, "displayName")} />
      <TextField label={t`Function`} hint={t`It stands beside everything they say here, such as “Head of housing”.`} required value={role} onChange={setRole} problem={problemOf(refusal, "function")} />
      <TextField label={t`Mail address`} hint={t`Only to find the person again.`} type="email" value={email} onChange={setEmail} problem={problemOf(refusal, "email")} />
      <CheckField label={t`Head of delegation`} hint={t`Clears its positions and seats its people. A new head takes the place of the one before.`} checked={head} onChange={setHead} problem={problemOf(refusal, "head")} />
      <RefusalNotice refusal={refusal} fields={["displayName", "function", "email", "head"]} />
    </Form>
  );
}

export function Seat({ delegation, people, more, chosen, onDone, onCancel }: {
  delegation: { id: string; organisation: { id: string; name: string } }; people: readonly PersonChoice[]; more?: ReactNode; chosen?: string | undefined; onDone: () => void; onCancel: () => void;
}) {
  const { t } = useLingui();
  const [seat, { waiting, refusal }] = useVerb(SeatDelegateDocument);
  const [personId, setPersonId] = useState(chosen ?? "");
  const [written, setWritten] = useState<string>();
  const [head, setHead] = useState(false);
  const post = people.find(({ id }) => id === personId)?.memberships.find(({ organisation }) => organisation?.id === delegation.organisation.id);
  const role = written ?? post?.function ?? "";
  const send = async () => {
    if (await seat({ delegationId: delegation.id, personId, function: role, head })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!personId || !role.trim()}><Trans>Give the seat</Trans></Button><Button onClick={onCancel}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>In the delegation of {delegation.organisation.name}.</Trans></p>
      <SelectField label={t`Person`} required value={personId} onChange={setPersonId} problem={problemOf(refusal, "personId")} options={[{ value: "", label: t`Choose one` }, ...people.map((person) => ({ value: person.id, label: labelOf(person) }))]} />
      {more}
      <TextField label={t`Function`} required value={role} onChange={setWritten} problem={problemOf(refusal, "function")} />
      <CheckField label={t`Head of delegation`} hint={t`Clears its positions and seats its people. A new head takes the place of the one before.`} checked={head} onChange={setHead} problem={problemOf(refusal, "head")} />
      <RefusalNotice refusal={refusal} fields={["personId", "function", "head"]} />
    </Form>
  );
}
