/** What needs the viewer, in sentences with one button each; below, the dialogues they take part in. */
import { Trans, useLingui } from "@lingui/react/macro";
import { HomeDocument, NoticesChangedDocument, SessionDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { DialogueLines } from "../features/labs/DialogueLines.tsx";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, Page, PageSkeleton, Part } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";

export function HomeScreen() {
  const { t } = useLingui();
  const { data, problem } = useScreen(HomeDocument, {});
  const session = useScreen(SessionDocument, {});
  useLive(NoticesChangedDocument, {});
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  if (!data.viewer) return <NotFound />;
  const { needs, dialogues } = data.viewer;
  return (
    <Page title={t`What needs you`}>
      {needs.nodes.length === 0
        ? <EmptyState title={<Trans>Nothing waits for you</Trans>}><Trans>When a text changes, a position is due or somebody answers you, it is said here.</Trans></EmptyState>
        : (
          <Lines label={t`What needs you`}>
            {needs.nodes.map((need) => (
              <Line key={need.id} side={need.url && <Button to={need.url} label={`${need.action ?? t`Open`}: ${need.sentence}`}>{need.action ?? t`Open`}</Button>}>
                {need.sentence}
                <div className="quiet">{need.dueAt ? <Trans>Until <Time value={need.dueAt} /></Trans> : <Time value={need.at} as="when" />}</div>
              </Line>
            ))}
          </Lines>
        )}
      <Part title={<Trans>Your dialogues</Trans>}>
        {dialogues.nodes.length === 0
          ? <EmptyState title={<Trans>You take part in no dialogue yet</Trans>} action={<>
            {session.data?.viewer?.administrator && <Button kind="primary" to="/first-administrator"><Trans>Set up your house</Trans></Button>}{" "}
            <Button to="/labs"><Trans>Look at the labs</Trans></Button>
          </>}><Trans>A co-ordinator invites you to a delegation; from then on the dialogue stands here.</Trans></EmptyState>
          : <DialogueLines dialogues={dialogues.nodes} label={t`Your dialogues`} />}
      </Part>
    </Page>
  );
}
