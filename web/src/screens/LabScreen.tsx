/** One lab: what it is for, its levels, its dialogues, and who keeps it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { LabDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { DialogueLines } from "../features/labs/DialogueLines.tsx";
import { LabPlaces } from "../features/labs/LabPlaces.tsx";
import { Button } from "../ui/Button.tsx";
import { LevelMark } from "../ui/icons.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, Page, PageSkeleton, Part } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";

export function LabScreen() {
  const { t } = useLingui();
  const { data, problem } = useScreen(LabDocument, { id: useAddress("labId") });
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  const lab = data.lab;
  if (!lab) return <NotFound />;
  const begin = lab.viewerCan.find(({ action }) => action === "CREATE_DIALOGUE");
  const beginButton = begin && <Button kind="primary" to={`/labs/${lab.id}/new-dialogue`} why={begin.allowed ? null : begin.why}><Trans>Begin a dialogue</Trans></Button>;
  return (
    <Page title={lab.name} lead={lab.purpose} crumbs={[{ label: t`Labs`, to: "/labs" }]} above={lab.illustrative ? <Tag><Trans>Invented example</Trans></Tag> : undefined} actions={lab.dialogues.nodes.length > 0 && beginButton}>
      <Part title={<Trans>Dialogues</Trans>}>
        {lab.dialogues.nodes.length === 0
          ? <EmptyState title={<Trans>No dialogue yet</Trans>} action={beginButton}><Trans>A dialogue works on one question, phase by phase, until the levels decide.</Trans></EmptyState>
          : <DialogueLines dialogues={lab.dialogues.nodes} label={t`Dialogues`} />}
      </Part>
      <Part title={<Trans>Levels of government</Trans>}>
        <Lines label={t`Levels of government`}>{lab.levels.map((level) => <Line key={level.id}><LevelMark order={level.order} /> {level.name}</Line>)}</Lines>
      </Part>
      <LabPlaces labId={lab.id} grants={lab.grants} mayChange={permit("GRANT_LAB_ROLE", lab.viewerCan)?.allowed === true} />
    </Page>
  );
}
