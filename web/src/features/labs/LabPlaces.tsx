/** Who has a place in the lab as a whole: those who keep it, and those who read along. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { EndLabGrantDocument, GrantLabRoleDocument, type LabDocument, PersonChoicesDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useScreen, useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Ask, Dialog } from "../../ui/Dialog.tsx";
import { RadioField, SelectField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { useRoleNames } from "./actions.ts";
import { labelOf } from "./choices.ts";

type Grant = NonNullable<ResultOf<typeof LabDocument>["lab"]>["grants"][number];
const ROLES = ["ADMINISTRATOR", "SECRETARIAT", "MEMBER"] as const;

export function LabPlaces({ labId, grants, mayChange }: { labId: string; grants: readonly Grant[]; mayChange: boolean }) {
  const { t } = useLingui();
  const names = useRoleNames();
  const [giving, setGiving] = useState(false);
  const [asked, setAsked] = useState<Grant>();
  const [end, { waiting, refusal }] = useVerb(EndLabGrantDocument);
  const name = asked?.person?.displayName ?? "";
  if (grants.length === 0 && !mayChange) return null;
  return (
    <Part title={<Trans>Who keeps this lab</Trans>} actions={mayChange && <Button icon={<IconPlus aria-hidden="true" />} onClick={() => setGiving(true)}><Trans>Give a place</Trans></Button>}>
      <Lines label={t`Who keeps this lab`}>
        {grants.map((grant) => {
          const person = grant.person?.displayName ?? t`Somebody you may not see`;
          return (
            <Line key={grant.id} side={<><span className="quiet">{names(grant.role)}</span>{mayChange && <Button size="small" kind="plain" label={t`End it: ${person}`} onClick={() => setAsked(grant)}><Trans>End it</Trans></Button>}</>}>
              {person}
            </Line>
          );
        })}
      </Lines>
      <Dialog open={giving} onClose={() => setGiving(false)} title={t`Give a place in the lab`}><GivePlace labId={labId} onDone={() => setGiving(false)} /></Dialog>
      <Ask open={asked !== undefined} onClose={() => setAsked(undefined)} title={t`End this place`} verb={t`End it`} waiting={waiting}
        onConfirm={() => void end({ grantId: asked?.id ?? "" }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>{name} no longer sees the lab, unless by a seat or a role in one of its dialogues.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </Ask>
    </Part>
  );
}

function GivePlace({ labId, onDone }: { labId: string; onDone: () => void }) {
  const { t } = useLingui();
  const people = useScreen(PersonChoicesDocument, {}).data?.people.nodes ?? [];
  const [grant, { waiting, refusal }] = useVerb(GrantLabRoleDocument);
  const [personId, setPersonId] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("MEMBER");
  const words = {
    ADMINISTRATOR: { label: t`Administrator`, hint: t`Begins dialogues, names who runs them, gives places.` },
    SECRETARIAT: { label: t`Secretariat`, hint: t`Keeps every dialogue going, and publishes.` },
    MEMBER: { label: t`Member`, hint: t`Reads the dialogues that are open to the lab.` },
  };
  const send = async () => {
    if (await grant({ labId, personId, role })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!personId}><Trans>Give the place</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <SelectField label={t`Person`} required value={personId} onChange={setPersonId} problem={problemOf(refusal, "personId")} options={[{ value: "", label: t`Choose one` }, ...people.map((person) => ({ value: person.id, label: labelOf(person) }))]} />
      <RadioField label={t`Place`} value={role} onChange={(value) => setRole(ROLES.find((each) => each === value) ?? role)} problem={problemOf(refusal, "role")} options={ROLES.map((value) => ({ value, ...words[value] }))} />
      <RefusalNotice refusal={refusal} fields={["personId", "role"]} />
    </Form>
  );
}
