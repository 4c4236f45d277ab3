/** Who takes part in a dialogue: delegations by level, their seats and mandates, and people with a role. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { DialogueChangedDocument, DialoguePeopleDocument, OrganisationChoicesDocument, PersonChoicesDocument, SessionDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { AddOrganisation, AddPerson } from "../features/identity/Add.tsx";
import { InviteByLink, NewDelegation, Seat } from "../features/labs/DelegationForms.tsx";
import { type Deed, type Delegation, DelegationEntry } from "../features/labs/DelegationLines.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { FileMandate } from "../features/labs/FileMandate.tsx";
import { GiveRole } from "../features/labs/GiveRole.tsx";
import { Grants } from "../features/labs/Grants.tsx";
import { byLevel } from "../features/positions/matrix.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton, Part } from "../ui/Page.tsx";

type Open = { deed: Deed; delegation: Delegation } | { deed: "delegation" } | { deed: "role" };

export function PeopleScreen() {
  const { t } = useLingui();
  const id = useAddress("dialogueId");
  const { data, problem } = useScreen(DialoguePeopleDocument, { id });
  useLive(DialogueChangedDocument, { id });
  const [open, setOpen] = useState<Open>();
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  const dialogue = data.dialogue;
  if (!dialogue) return <NotFound />;
  const { levels } = dialogue.lab;
  const invite = permit("INVITE", dialogue.permissions);
  const grant = permit("GRANT_ROLE", dialogue.permissions);
  const add = invite && <Button kind="primary" icon={<IconPlus aria-hidden="true" />} why={invite.why} onClick={() => setOpen({ deed: "delegation" })}><Trans>Add a delegation</Trans></Button>;
  return (
    <DialoguePage dialogue={dialogue} title={t`People`} lead={<Trans>Delegations speak at a level of government, under a mandate. People with a role help the dialogue along and hold no vote.</Trans>}
      actions={dialogue.delegations.length > 0 && add}>
      {dialogue.delegations.length === 0 && <EmptyState title={<Trans>No delegation yet</Trans>} action={add}><Trans>A delegation stands for one organisation: a city, a region, a ministry. Its people are invited by link or seated here.</Trans></EmptyState>}
      {byLevel(dialogue.delegations).map(({ level, delegations }) => (
        <Part key={level.code} title={level.name}>
          {delegations.map((delegation) => (
            <DelegationEntry key={delegation.id} delegation={delegation} permissions={dialogue.permissions} levels={levels} mine={dialogue.viewerCapacity?.delegation?.id === delegation.id} onDo={(deed) => setOpen({ deed, delegation })} />
          ))}
        </Part>
      ))}
      <Part title={<Trans>Roles</Trans>} actions={grant && <Button icon={<IconPlus aria-hidden="true" />} why={grant.why} onClick={() => setOpen({ deed: "role" })}><Trans>Give a role</Trans></Button>}>
        <Grants grants={dialogue.grants} levels={levels} mayEnd={grant?.allowed === true} />
      </Part>
      <Deeds key={open ? `${open.deed}-${"delegation" in open ? open.delegation.id : ""}` : "none"} open={open} dialogueId={dialogue.id} levels={levels} onClose={() => setOpen(undefined)} />
    </DialoguePage>
  );
}

/** The dialog for what was chosen; a body or a person that is not in the lists can be added on the way. */
function Deeds({ open, dialogueId, levels, onClose }: { open: Open | undefined; dialogueId: string; levels: Parameters<typeof NewDelegation>[0]["levels"]; onClose: () => void }) {
  const { t } = useLingui();
  const [adding, setAdding] = useState<"organisation" | "person">();
  const [chosen, setChosen] = useState<string>();
  const session = useScreen(SessionDocument, {}, { pause: !open });
  const organisations = useScreen(OrganisationChoicesDocument, {}, { pause: !open }).data?.organisations.nodes ?? [];
  const people = useScreen(PersonChoicesDocument, {}, { pause: !open }).data?.people.nodes ?? [];
  const titles = { delegation: t`Add a delegation`, role: t`Give a role`, invite: t`Invite by link`, seat: t`Seat somebody`, mandate: t`File a mandate` };
  const added = { onCancel: () => setAdding(undefined), onDone: (made: string) => { setChosen(made); setAdding(undefined); } };
  const more = (what: "organisation" | "person") => (
    <div><Button size="small" kind="plain" icon={<IconPlus aria-hidden="true" />} onClick={() => setAdding(what)}>{what === "person" ? <Trans>Somebody who is not in the list</Trans> : <Trans>An organisation that is not in the list</Trans>}</Button></div>
  );
  const common = { chosen, onDone: onClose, onCancel: onClose };
  const form = () => {
    if (!open) return null;
    if (open.deed === "delegation") return <NewDelegation {...common} dialogueId={dialogueId} levels={levels} organisations={organisations} more={more("organisation")} />;
    if (open.deed === "role") return <GiveRole {...common} dialogueId={dialogueId} people={people} organisations={organisations} more={more("person")} />;
    if (open.deed === "seat") return <Seat {...common} delegation={open.delegation} people={people} more={more("person")} />;
    return open.deed === "invite" ? <InviteByLink delegation={open.delegation} onDone={onClose} /> : <FileMandate delegation={open.delegation} onDone={onClose} />;
  };
  const title = adding === "organisation" ? t`Add an organisation` : adding === "person" ? t`Add a person` : open ? titles[open.deed] : "";
  return (
    <Dialog open={open !== undefined} onClose={onClose} title={title}>
      {adding === "organisation" && <AddOrganisation languages={session.data?.service.languages ?? ["en"]} {...added} />}
      {adding === "person" && <AddPerson organisations={organisations} {...added} />}
      {!adding && form()}
    </Dialog>
  );
}
