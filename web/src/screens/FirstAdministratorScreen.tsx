/** The first way in to an empty house: the code from its start, then the few things it needs. */
import { Trans, useLingui } from "@lingui/react/macro";
import { LabsDocument, OrganisationChoicesDocument, PersonChoicesDocument, SessionDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { EnterCode } from "../features/identity/EnterCode.tsx";
import { FirstSteps } from "../features/identity/FirstSteps.tsx";
import { Column } from "../ui/Form.tsx";
import { Link } from "../ui/Link.tsx";
import { Page, PageSkeleton } from "../ui/Page.tsx";

export function FirstAdministratorScreen() {
  const { t } = useLingui();
  const { data } = useScreen(SessionDocument, {});
  if (!data) return <PageSkeleton />;
  if (data.viewer?.administrator) return <Begin />;
  if (!data.service.needsFirstAdministrator && !data.viewer) {
    return (
      <Page title={t`Sign in with a code`} width="reading" lead={<Trans>Somebody who runs this house gave you a code. It works once.</Trans>}><EnterCode next="/" /></Page>
    );
  }
  if (data.viewer) return <Page title={t`This house has an administrator`} width="reading"><p><Link to="/"><Trans>Go to what needs you</Trans></Link></p></Page>;
  return (
    <Page title={t`Welcome to an empty house`} width="reading" lead={<Trans>Whoever started the service was shown a code. Enter it here: you become the first administrator.</Trans>}>
      <Column>
        <EnterCode next="/first-administrator" />
        <p className="quiet"><Trans>The code stands in the terminal. It works once, within a week; starting the service again makes a new one.</Trans></p>
        <p><a href="/signin"><Trans>Sign in another way</Trans></a></p>
      </Column>
    </Page>
  );
}

function Begin() {
  const { t } = useLingui();
  const labs = useScreen(LabsDocument, {}).data?.labs.nodes;
  const organisations = useScreen(OrganisationChoicesDocument, {}).data?.organisations.nodes;
  const people = useScreen(PersonChoicesDocument, {}).data?.people.nodes;
  if (!labs || !organisations || !people) return <PageSkeleton />;
  const lab = labs[0];
  return (
    <Page title={t`Set up your house`} width="reading" lead={<Trans>Four things, in this order. You can come back to any of them later.</Trans>}>
      <FirstSteps organisations={organisations.length} people={people.length} lab={lab && { id: lab.id, dialogues: lab.dialogues.totalCount }} />
    </Page>
  );
}
