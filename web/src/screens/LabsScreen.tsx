/** The labs the viewer may see. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { LabsDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { Button } from "../ui/Button.tsx";
import { Link } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, Page, PageSkeleton } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";

export function LabsScreen() {
  const { t } = useLingui();
  const { data, problem } = useScreen(LabsDocument, {});
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  const begin = data.viewer?.can.find(({ action }) => action === "CREATE_LAB");
  const create = begin && <Button to="/labs/new" kind="primary" why={begin.allowed ? null : begin.why}><Trans>Create a lab</Trans></Button>;
  return (
    <Page title={t`Labs`} lead={<Trans>A lab brings levels of government together; its dialogues each work on one question.</Trans>}
      actions={data.labs.nodes.length > 0 && create}>
      {data.labs.nodes.length === 0
        ? <EmptyState title={<Trans>No lab yet</Trans>} action={create}><Trans>You see a lab as soon as you take part in one, or when it is public.</Trans></EmptyState>
        : (
          <Lines label={t`Labs`}>
            {data.labs.nodes.map((lab) => (
              <Line key={lab.id} side={<span className="quiet"><Plural value={lab.dialogues.totalCount} one="# dialogue" other="# dialogues" /></span>}>
                <Link to={`/labs/${lab.id}`}>{lab.name}</Link> {lab.illustrative && <Tag><Trans>Invented example</Trans></Tag>}
                <div className="quiet">{lab.purpose}</div>
              </Line>
            ))}
          </Lines>
        )}
    </Page>
  );
}
