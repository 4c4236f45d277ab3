/** Adds to the address book: a body, a person, a place. */
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { AddMembershipDocument, CreateOrganisationDocument, CreatePersonDocument, CreateTerritoryDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { WordsField, type Words, asTexts } from "../../ui/WordsField.tsx";
import { ORGANISATION_KINDS, type OrganisationKind, useOrganisationKinds } from "./kinds.ts";

type Choice = { id: string; name: string };
/** `onDone` hears the id of what was made. */
type Common = { onDone: (id: string) => void; onCancel: () => void };

const choices = (none: string, list: readonly Choice[]) => [{ value: "", label: none }, ...list.map(({ id, name }) => ({ value: id, label: name }))];

function Foot({ verb, waiting, disabled, onCancel }: { verb: ReactNode; waiting: boolean; disabled: boolean; onCancel: () => void }) {
  return <><Button kind="primary" type="submit" waiting={waiting} disabled={disabled}>{verb}</Button><Button onClick={onCancel}><Trans>Cancel</Trans></Button></>;
}

export function AddOrganisation({ languages, territories = [], onDone, onCancel }: Common & { languages: readonly string[]; territories?: readonly Choice[] }) {
  const { t } = useLingui();
  const kinds = useOrganisationKinds();
  const [create, { waiting, refusal }] = useVerb(CreateOrganisationDocument);
  const [names, setNames] = useState<Words>({});
  const [kind, setKind] = useState<OrganisationKind>("CITY");
  const [territoryId, setTerritoryId] = useState("");
  const [website, setWebsite] = useState("");
  const send = async () => {
    const made = await create({ kind, names: asTexts(names, languages), website: website.trim() || null, territoryId: territoryId || null });
    if (made) onDone(made.id);
  };
  return (
    <Form onSend={() => void send()} buttons={<Foot verb={<Trans>Add the organisation</Trans>} waiting={waiting} disabled={asTexts(names, languages).length === 0} onCancel={onCancel} />}>
      <WordsField label={t`Name`} languages={languages} value={names} onChange={setNames} startHere problem={problemOf(refusal, "names")} />
      <SelectField label={t`Kind of body`} value={kind} onChange={(value) => setKind(ORGANISATION_KINDS.find((each) => each === value) ?? kind)} problem={problemOf(refusal, "kind")} options={ORGANISATION_KINDS.map((value) => ({ value, label: kinds[value] }))} />
      {territories.length > 0 && <SelectField label={t`Territory`} hint={t`Where it acts.`} value={territoryId} onChange={setTerritoryId} problem={problemOf(refusal, "territoryId")} options={choices(t`None`, territories)} />}
      <TextField label={t`Web address`} type="url" value={website} onChange={setWebsite} problem={problemOf(refusal, "website")} />
      <RefusalNotice refusal={refusal} fields={["names", "kind", "territoryId", "website"]} />
    </Form>
  );
}

export function AddPerson({ organisations, onDone, onCancel }: Common & { organisations: readonly Choice[] }) {
  const { t } = useLingui();
  const [create, { waiting, refusal }] = useVerb(CreatePersonDocument);
  const [displayName, setDisplayName] = useState("");
  const [email, setEmail] = useState("");
  const [organisationId, setOrganisationId] = useState("");
  const [post, setPost] = useState("");
  const send = async () => {
    const made = await create({ displayName, email: email.trim() || null, organisationId: organisationId || null, function: organisationId ? post : null });
    if (made) onDone(made.id);
  };
  return (
    <Form onSend={() => void send()} buttons={<Foot verb={<Trans>Add the person</Trans>} waiting={waiting} disabled={!displayName.trim() || (organisationId !== "" && !post.trim())} onCancel={onCancel} />}>
      <TextField label={t`Name`} hint={t`How the person is addressed.`} required value={displayName} onChange={setDisplayName} startHere problem={problemOf(refusal, "displayName")} />
      <TextField label={t`Mail address`} hint={t`Only to find the person again.`} type="email" value={email} onChange={setEmail} problem={problemOf(refusal, "email")} />
      <SelectField label={t`Organisation`} value={organisationId} onChange={setOrganisationId} problem={problemOf(refusal, "organisationId")} options={choices(t`None`, organisations)} />
      {organisationId !== "" && <TextField label={t`Function`} hint={t`What the person is there, such as “Head of housing”.`} required value={post} onChange={setPost} problem={problemOf(refusal, "function") ?? problemOf(refusal, "functions")} />}
      <RefusalNotice refusal={refusal} fields={["displayName", "email", "organisationId", "function", "functions"]} />
    </Form>
  );
}

export function AddPost({ personId, organisations, languages, onDone, onCancel }: Common & { personId: string; organisations: readonly Choice[]; languages: readonly string[] }) {
  const { t } = useLingui();
  const [add, { waiting, refusal }] = useVerb(AddMembershipDocument);
  const [organisationId, setOrganisationId] = useState("");
  const [functions, setFunctions] = useState<Words>({});
  const send = async () => {
    const made = await add({ personId, organisationId, functions: asTexts(functions, languages) });
    if (made) onDone(made.id);
  };
  return (
    <Form onSend={() => void send()} buttons={<Foot verb={<Trans>Add the post</Trans>} waiting={waiting} disabled={!organisationId || asTexts(functions, languages).length === 0} onCancel={onCancel} />}>
      <SelectField label={t`Organisation`} required value={organisationId} onChange={setOrganisationId} problem={problemOf(refusal, "organisationId")} options={choices(t`Choose one`, organisations)} />
      <WordsField label={t`Function`} languages={languages} value={functions} onChange={setFunctions} problem={problemOf(refusal, "functions")} />
      <RefusalNotice refusal={refusal} fields={["organisationId", "functions"]} />
    </Form>
  );
}

export function AddTerritory({ languages, territories, levels, onDone, onCancel }: Common & { languages: readonly string[]; territories: readonly Choice[]; levels: readonly { code: string; name: string }[] }) {
  const { t } = useLingui();
  const [create, { waiting, refusal }] = useVerb(CreateTerritoryDocument);
  const [names, setNames] = useState<Words>({});
  const [level, setLevel] = useState(levels[0]?.code ?? "");
  const [parentId, setParentId] = useState("");
  const send = async () => {
    const made = await create({ level, names: asTexts(names, languages), parentId: parentId || null });
    if (made) onDone(made.id);
  };
  return (
    <Form onSend={() => void send()} buttons={<Foot verb={<Trans>Add the territory</Trans>} waiting={waiting} disabled={asTexts(names, languages).length === 0} onCancel={onCancel} />}>
      <WordsField label={t`Name`} languages={languages} value={names} onChange={setNames} startHere problem={problemOf(refusal, "names")} />
      <SelectField label={t`Level of government`} hint={t`The one that acts there.`} value={level} onChange={setLevel} problem={problemOf(refusal, "level")} options={levels.map(({ code, name }) => ({ value: code, label: name }))} />
      <SelectField label={t`Lies in`} value={parentId} onChange={setParentId} problem={problemOf(refusal, "parentId")} options={choices(t`None`, territories)} />
      <RefusalNotice refusal={refusal} fields={["names", "level", "parentId"]} />
    </Form>
  );
}
