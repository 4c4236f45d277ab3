/** The browsers in which the viewer is signed in; each can be signed out. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { EndAllSessionsDocument, EndSessionDocument, type SettingsDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Ask } from "../../ui/Dialog.tsx";
import { RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import { browserName } from "./browsers.ts";

export type Own = NonNullable<ResultOf<typeof SettingsDocument>["viewer"]>;

export function Sessions({ sessions }: { sessions: Own["sessions"] }) {
  const { t } = useLingui();
  const [end, ending] = useVerb(EndSessionDocument);
  return (
    <>
      <Lines label={t`Browsers`}>
        {sessions.map((session) => {
          const browser = browserName(session.userAgent) || t`Unknown browser`;
          return (
            <Line key={session.id} side={session.current
              ? <Tag kind="act"><Trans>this one</Trans></Tag>
              : <Button size="small" kind="plain" waiting={ending.waiting} label={t`Sign out there: ${browser}`} onClick={() => void end({ sessionId: session.id })}><Trans>Sign out there</Trans></Button>}>
              {browser}
              <div className="quiet"><Trans>Signed in <Time value={session.createdAt} as="when" />, last used <Time value={session.lastSeenAt} as="when" /></Trans></div>
            </Line>
          );
        })}
      </Lines>
      <RefusalNotice refusal={ending.refusal} />
    </>
  );
}

/** Ends every session and token, this browser's too. */
export function SignOutEverywhere() {
  const { t } = useLingui();
  const [end, { waiting, refusal }] = useVerb(EndAllSessionsDocument);
  const [asked, setAsked] = useState(false);
  const send = async () => {
    if (await end({})) location.assign("/signin");
  };
  return (
    <>
      <Button onClick={() => setAsked(true)}><Trans>Sign out everywhere</Trans></Button>
      <Ask open={asked} onClose={() => setAsked(false)} title={t`Sign out everywhere`} verb={t`Sign out everywhere`} waiting={waiting} onConfirm={() => void send()}>
        <p><Trans>Every browser is signed out, this one too, and all your tokens end.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </Ask>
    </>
  );
}
