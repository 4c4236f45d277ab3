/** Where a lab begins. */
import { Trans, useLingui } from "@lingui/react/macro";
import { LabsDocument, SessionDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { NewLab } from "../features/labs/NewLab.tsx";
import { useGo } from "../ui/Link.tsx";
import { Notice } from "../ui/Notice.tsx";
import { NotFetched, Page, PageSkeleton } from "../ui/Page.tsx";

export function NewLabScreen() {
  const { t } = useLingui();
  const go = useGo();
  const session = useScreen(SessionDocument, {});
  const { data, problem } = useScreen(LabsDocument, {});
  if (problem) return <NotFetched {...problem} />;
  if (!data || !session.data) return <PageSkeleton />;
  const may = permit("CREATE_LAB", data.viewer?.can ?? []);
  return (
    <Page title={t`Create a lab`} width="reading" crumbs={[{ label: t`Labs`, to: "/labs" }]}
      lead={<Trans>A lab brings levels of government together; its dialogues each work on one question.</Trans>}>
      {may?.allowed
        ? <NewLab offered={session.data.service.languages} onDone={(id) => go(`/labs/${id}`)} />
        : <Notice kind="info" title={<Trans>You can’t create a lab here</Trans>}>{may?.why}</Notice>}
    </Page>
  );
}
