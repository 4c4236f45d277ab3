/** Where an invitation leads: sign in, take the seat, and be in the dialogue. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useRouterState } from "@tanstack/react-router";
import { AcceptInvitationDocument, SessionDocument } from "../api/generated/operations.ts";
import { useScreen, useVerb } from "../api/hooks.ts";
import { SpendCode } from "../features/identity/EnterCode.tsx";
import { Button } from "../ui/Button.tsx";
import { Column } from "../ui/Form.tsx";
import { useAddress, useGo } from "../ui/Link.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Page, PageSkeleton } from "../ui/Page.tsx";

export function InvitationScreen() {
  const { t } = useLingui();
  const go = useGo();
  const code = useAddress("code");
  // The code of somebody's first sign-in stands behind the #, where no server or log reads it.
  const first = useRouterState({ select: ({ location }) => location.hash.replace(/^#/, "") });
  const { data } = useScreen(SessionDocument, {});
  const [accept, { waiting, refusal }] = useVerb(AcceptInvitationDocument);
  if (!data) return <PageSkeleton />;
  const take = async () => {
    const made = await accept({ code });
    if (made) go(`/dialogues/${made.dialogue.id}`, { replace: true });
  };
  const next = `/invitations/${code}`;
  return (
    <Page title={t`You are invited`} width="reading" lead={<Trans>Somebody has kept a seat in a dialogue for you. You will read, write and take positions there for the organisation that sends you.</Trans>}>
      <Column>
        {data.viewer
          ? (
            <>
              <p><Trans>You are signed in as {data.viewer.person.displayName}. The seat goes to this person.</Trans></p>
              {refusal && <Notice kind="refused">{refusal.message}</Notice>}
              <div><Button kind="primary" size="large" waiting={waiting} onClick={() => void take()}><Trans>Take the seat</Trans></Button></div>
              {first && <SpendCode code={first} next={next}><Trans>I am somebody else</Trans></SpendCode>}
            </>
          )
          : (
            <>
              <p><Trans>First say who you are; the invitation waits. It works once.</Trans></p>
              {first
                ? <SpendCode code={first} next={next} kind="primary"><Trans>Come in</Trans></SpendCode>
                : <div><Button kind="primary" size="large" onClick={() => location.assign(`/signin?next=${encodeURIComponent(next)}`)}><Trans>Sign in</Trans></Button></div>}
            </>
          )}
      </Column>
    </Page>
  );
}
