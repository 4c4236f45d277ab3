/** Where a dialogue begins, in its lab. */
import { Trans, useLingui } from "@lingui/react/macro";
import { LabDocument, TemplatesDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { NewDialogue } from "../features/labs/NewDialogue.tsx";
import { useAddress, useGo } from "../ui/Link.tsx";
import { Notice } from "../ui/Notice.tsx";
import { NotFetched, NotFound, Page, PageSkeleton } from "../ui/Page.tsx";

export function NewDialogueScreen() {
  const { t } = useLingui();
  const go = useGo();
  const { data, problem } = useScreen(LabDocument, { id: useAddress("labId") });
  const templates = useScreen(TemplatesDocument, {});
  if (problem) return <NotFetched {...problem} />;
  if (!data || !templates.data) return <PageSkeleton />;
  const lab = data.lab;
  if (!lab) return <NotFound />;
  const may = permit("CREATE_DIALOGUE", lab.viewerCan);
  return (
    <Page title={t`Begin a dialogue`} width="reading" crumbs={[{ label: t`Labs`, to: "/labs" }, { label: lab.name, to: `/labs/${lab.id}` }]}
      lead={<Trans>A dialogue works on one question, phase by phase, until the levels decide.</Trans>}>
      {may && !may.allowed
        ? <Notice kind="info" title={<Trans>You can’t begin a dialogue here</Trans>}>{may.why}</Notice>
        : <NewDialogue lab={lab} templates={templates.data.workflowTemplates} onDone={(id) => go(`/dialogues/${id}`)} />}
    </Page>
  );
}
