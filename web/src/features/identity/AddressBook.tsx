/** The address book of the house, for those who run it: bodies, people, places. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { type AdministrationDocument, EndMembershipDocument, SetAdministratorDocument, SuspendPersonDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Column, Form } from "../../ui/Form.tsx";
import { EmptyState, RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { AddPost } from "./Add.tsx";
import { having } from "./filter.ts";
import { useOrganisationKinds } from "./kinds.ts";

type House = ResultOf<typeof AdministrationDocument>;
type Organisation = House["organisations"]["nodes"][number];
type Person = House["people"]["nodes"][number];
type Territory = House["territories"]["nodes"][number];

/** Below so many, a field to look for one would be one thing too many. */
const FEW = 8;
/** So many are shown before somebody asks for all. */
const PAGE = 12;

/** A list with a field to look in, once it is long. */
function Searched<Item extends { id: string }>({ items, label, wordsOf, children }: { items: readonly Item[]; label: string; wordsOf: (item: Item) => string; children: (item: Item) => ReactNode }) {
  const [typed, setTyped] = useState("");
  const [all, setAll] = useState(false);
  const found = having(items, typed, wordsOf).toSorted((a, b) => wordsOf(a).localeCompare(wordsOf(b)));
  const shown = all ? found : found.slice(0, PAGE);
  return (
    <Column gap="small">
      {items.length > FEW && <TextField label={label} type="search" value={typed} onChange={setTyped} />}
      {found.length > 0 ? <Lines>{shown.map(children)}</Lines> : <p className="quiet"><Trans>None has these words.</Trans></p>}
      {shown.length < found.length && <div><Button kind="plain" onClick={() => setAll(true)}><Trans>Show all {found.length}</Trans></Button></div>}
    </Column>
  );
}

export function Organisations({ organisations, add }: { organisations: readonly Organisation[]; add: ReactNode }) {
  const { t } = useLingui();
  const kinds: Record<string, string> = useOrganisationKinds();
  if (organisations.length === 0) return <EmptyState title={<Trans>No organisation yet</Trans>} action={add}><Trans>Cities, regions, ministries and others that sit at the table or send somebody.</Trans></EmptyState>;
  return (
    <Searched items={organisations} label={t`Look for an organisation`} wordsOf={({ name, territory }) => `${name} ${territory?.name ?? ""}`}>
      {(organisation) => (
        <Line key={organisation.id} side={organisation.illustrative && <Tag><Trans>Invented example</Trans></Tag>}>
          <div>{organisation.name}</div>
          <div className="quiet">{kinds[organisation.kind]}{organisation.territory && organisation.territory.name !== organisation.name && <> · {organisation.territory.name}</>}</div>
        </Line>
      )}
    </Searched>
  );
}

export function People({ people, self, organisations, languages, add }: { people: readonly Person[]; self: string | undefined; organisations: readonly Organisation[]; languages: readonly string[]; add: ReactNode }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState<string>();
  const person = people.find(({ id }) => id === asked);
  if (people.length === 0) return <EmptyState title={<Trans>Nobody yet</Trans>} action={add}><Trans>Those who run dialogues. Delegates come by invitation and need not be added first.</Trans></EmptyState>;
  return (
    <>
      <Searched items={people} label={t`Look for somebody`} wordsOf={({ displayName, email, memberships }) => [displayName, email ?? "", ...memberships.map((post) => `${post.function} ${post.organisation?.name ?? ""}`)].join(" ")}>
        {(each) => (
          <Line key={each.id} side={<>{each.suspended && <Tag kind="danger"><Trans>account closed</Trans></Tag>}{each.id === self && <Tag kind="act"><Trans>you</Trans></Tag>}<Button size="small" kind="plain" label={t`Change ${each.displayName}`} onClick={() => setAsked(each.id)}><Trans>Change</Trans></Button></>}>
            <div>{each.displayName}</div>
            {each.memberships.map((post) => <div key={post.id} className="quiet">{[post.function, post.organisation?.name].filter(Boolean).join(", ")}</div>)}
          </Line>
        )}
      </Searched>
      <Dialog open={person !== undefined} onClose={() => setAsked(undefined)} title={person?.displayName ?? ""}>
        {person && <ChangePerson key={person.id} person={person} self={person.id === self} organisations={organisations} languages={languages} onDone={() => setAsked(undefined)} />}
      </Dialog>
    </>
  );
}

function ChangePerson({ person, self, organisations, languages, onDone }: { person: Person; self: boolean; organisations: readonly Organisation[]; languages: readonly string[]; onDone: () => void }) {
  const { t } = useLingui();
  const [adding, setAdding] = useState(false);
  const [end, ending] = useVerb(EndMembershipDocument);
  const [suspend, suspending] = useVerb(SuspendPersonDocument);
  const [name, naming] = useVerb(SetAdministratorDocument);
  if (adding) return <AddPost personId={person.id} organisations={organisations} languages={languages} onDone={() => setAdding(false)} onCancel={() => setAdding(false)} />;
  return (
    <Column>
      {person.email && <p className="quiet">{person.email}</p>}
      {person.memberships.length === 0 ? <p className="quiet"><Trans>No post yet. A post gives the function and the organisation that others see.</Trans></p> : (
        <Lines label={t`Posts`}>
          {person.memberships.map((post) => (
            <Line key={post.id} side={<Button size="small" kind="plain" waiting={ending.waiting} label={t`End the post ${post.function}`} onClick={() => void end({ membershipId: post.id })}><Trans>End the post</Trans></Button>}>
              {post.function}<div className="quiet">{post.organisation?.name}</div>
            </Line>
          ))}
        </Lines>
      )}
      <div><Button size="small" onClick={() => setAdding(true)} why={organisations.length === 0 ? t`A post is in an organisation; add that first.` : null}><Trans>Add a post</Trans></Button></div>
      <RefusalNotice refusal={ending.refusal ?? suspending.refusal ?? naming.refusal} />
      <Form onSend={onDone} buttons={<>
        <Button kind="primary" type="submit"><Trans>Done</Trans></Button>
        <Button waiting={naming.waiting} why={self ? t`You are one already.` : null} onClick={() => void name({ personId: person.id, administrator: true })}><Trans>Make administrator</Trans></Button>
        <Button kind={person.suspended ? "quiet" : "danger"} waiting={suspending.waiting} why={self ? t`You can’t close your own account.` : null} onClick={() => void suspend({ personId: person.id, suspended: !person.suspended })}>
          {person.suspended ? <Trans>Open the account again</Trans> : <Trans>Close the account</Trans>}
        </Button>
      </>}>
        {null}
      </Form>
    </Column>
  );
}

export function Territories({ territories, levels, add }: { territories: readonly Territory[]; levels: readonly { code: string; name: string }[]; add: ReactNode }) {
  const { t } = useLingui();
  const nameOf = (code: string) => levels.find((level) => level.code === code)?.name ?? code.toLowerCase();
  if (territories.length === 0) return <EmptyState title={<Trans>No territory yet</Trans>} action={add}><Trans>Places with INDEX results, and those in which organisations act.</Trans></EmptyState>;
  return (
    <Searched items={territories} label={t`Look for a territory`} wordsOf={({ name, parent }) => `${name} ${parent?.name ?? ""}`}>
      {(territory) => <Line key={territory.id} side={<span className="quiet">{nameOf(territory.level)}</span>}>{territory.name}{territory.parent && <span className="quiet"> · {territory.parent.name}</span>}</Line>}
    </Searched>
  );
}

/** How many there are, where the list shows only the first of them. */
export const Count = ({ shown, total }: { shown: number; total: number }) =>
  shown < total ? <Trans>The first {shown} of {total}.</Trans> : <Plural value={total} one="# entry" other="# entries" />;
