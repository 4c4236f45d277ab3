/** What the viewer may settle for themselves: profile and language, browsers, calendar, tokens. */
import { Trans, useLingui } from "@lingui/react/macro";
import { SessionDocument, SettingsDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { AboutCalendar, NewCalendarAddress } from "../features/identity/CalendarAddress.tsx";
import { Profile } from "../features/identity/Profile.tsx";
import { Sessions, SignOutEverywhere } from "../features/identity/Sessions.tsx";
import { NewToken, Tokens } from "../features/identity/Tokens.tsx";
import { NotFetched, NotFound, Page, PageSkeleton, Part } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";

export function SettingsScreen() {
  const { t } = useLingui();
  const session = useScreen(SessionDocument, {});
  const { data, problem } = useScreen(SettingsDocument, {});
  if (problem) return <NotFetched {...problem} />;
  if (!data || !session.data) return <PageSkeleton />;
  if (!data.viewer) return <NotFound />;
  const { person, sessions, accessTokens } = data.viewer;
  return (
    <Page title={t`Settings`} width="reading">
      <Part title={<Trans>You</Trans>}>
        <Profile key={person.id} person={person} />
      </Part>
      {person.memberships.length > 0 && (
        <Part title={<Trans>Your posts</Trans>} note={<Trans>By them others know you. An administrator keeps them.</Trans>}>
          <Lines label={t`Your posts`}>{person.memberships.map((post) => <Line key={post.id}>{post.function}<div className="quiet">{post.organisation?.name}</div></Line>)}</Lines>
        </Part>
      )}
      <Part title={<Trans>Where you are signed in</Trans>} actions={<SignOutEverywhere />}><Sessions sessions={sessions} /></Part>
      <Part title={<Trans>Your calendar</Trans>} actions={<NewCalendarAddress />}><AboutCalendar /></Part>
      <Part title={<Trans>Tokens for programs</Trans>} actions={<NewToken administrator={session.data.viewer?.administrator ?? false} />}>
        <Tokens tokens={accessTokens} />
        {session.data.service.graphiql && <p><a href="/graphiql"><Trans>GraphiQL: try the API by hand</Trans></a></p>}
      </Part>
    </Page>
  );
}
