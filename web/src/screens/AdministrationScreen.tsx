/** The house as a whole, for its administrators: organisations, people, territories. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { AdministrationDocument, SessionDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { AddOrganisation, AddPerson, AddTerritory } from "../features/identity/Add.tsx";
import { Count, Organisations, People, Territories } from "../features/identity/AddressBook.tsx";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Notice } from "../ui/Notice.tsx";
import { NotFetched, Page, PageSkeleton, Part } from "../ui/Page.tsx";

type What = "organisation" | "person" | "territory";

export function AdministrationScreen() {
  const { t } = useLingui();
  const session = useScreen(SessionDocument, {});
  const { data, problem } = useScreen(AdministrationDocument, {});
  const [adding, setAdding] = useState<What>();
  if (problem) return <NotFetched {...problem} />;
  if (!data || !session.data) return <PageSkeleton />;
  const may = permit("MANAGE_PEOPLE", data.viewer?.can ?? []);
  const { organisations, people, territories } = data;
  const { languages } = session.data.service;
  const levels = [{ code: "LOCAL", name: t`Local` }, { code: "REGIONAL", name: t`Regional` }, { code: "NATIONAL", name: t`National` }];
  const titles = { organisation: t`Add an organisation`, person: t`Add a person`, territory: t`Add a territory` };
  const button = (what: What) => <Button icon={<IconPlus aria-hidden="true" />} why={may && !may.allowed ? may.why : null} onClick={() => setAdding(what)}>{titles[what]}</Button>;
  const close = () => setAdding(undefined);
  const done = { onDone: close, onCancel: close };
  return (
    <Page title={t`House`} lead={<Trans>The address book that every lab draws on, and who may come in.</Trans>}>
      {may && !may.allowed && <Notice>{may.why}</Notice>}
      <Part id="organisations" title={<Trans>Organisations</Trans>} note={organisations.nodes.length > 0 && <Count shown={organisations.nodes.length} total={organisations.totalCount} />} actions={organisations.nodes.length > 0 && button("organisation")}>
        <Organisations organisations={organisations.nodes} add={button("organisation")} />
      </Part>
      <Part id="people" title={<Trans>People</Trans>} note={people.nodes.length > 0 && <Count shown={people.nodes.length} total={people.totalCount} />} actions={people.nodes.length > 0 && button("person")}>
        <People people={people.nodes} self={session.data.viewer?.person.id} organisations={organisations.nodes} languages={languages} add={button("person")} />
      </Part>
      <Part id="territories" title={<Trans>Territories</Trans>} actions={territories.nodes.length > 0 && button("territory")}>
        <Territories territories={territories.nodes} levels={levels} add={button("territory")} />
      </Part>
      <Dialog open={adding !== undefined} onClose={close} title={adding ? titles[adding] : ""}>
        {adding === "organisation" && <AddOrganisation languages={languages} territories={territories.nodes} {...done} />}
        {adding === "person" && <AddPerson organisations={organisations.nodes} {...done} />}
        {adding === "territory" && <AddTerritory languages={languages} territories={territories.nodes} levels={levels} {...done} />}
      </Dialog>
    </Page>
  );
}
