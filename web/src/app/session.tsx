/** Who is signed in, and what happens when nobody is any more. */
import { Trans } from "@lingui/react/macro";
import { type ReactNode, createContext, useContext, useEffect, useState } from "react";
import { reconnect } from "../api/client.ts";
import { SessionDocument } from "../api/generated/operations.ts";
import type { ResultOf } from "../api/graphql.ts";
import { useScreen } from "../api/hooks.ts";
import { sessionEnded, signedIn } from "../api/signals.ts";
import { speakAs } from "../i18n/index.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Column } from "../ui/Form.tsx";

export type Session = ResultOf<typeof SessionDocument>;

const SessionContext = createContext<Session | undefined>(undefined);
export const useSession = () => useContext(SessionContext);

/** To the way in, and back to where one was. */
export const signInAddress = () => `/signin?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;

export function SessionProvider({ children }: { children: (session: Session | undefined, failed: boolean) => ReactNode }) {
  const { data, problem, refresh } = useScreen(SessionDocument, {});
  const [ended, setEnded] = useState(false);
  const known = data?.viewer?.person.id;
  useEffect(() => sessionEnded.hear(() => setEnded(true)), []);
  const locale = data?.viewer?.person.locale;
  useEffect(() => {
    if (!known) return;
    signedIn.say();
    speakAs(locale);
  }, [known, locale]);
  const comeBack = () => {
    reconnect();
    refresh();
    setEnded(false);
  };
  return (
    <SessionContext.Provider value={data}>
      {children(data, problem !== undefined)}
      <Dialog open={ended && known !== undefined} onClose={() => setEnded(false)} title={<Trans>Your session has ended</Trans>}>
        <Column>
          <p><Trans>What you wrote is kept in this browser. Sign in again in another tab, then come back: it will be offered to the text again.</Trans></p>
          <div style={{ display: "flex", gap: "var(--pl-s2)" }}>
            <Button kind="primary" onClick={() => window.open("/signin?next=%2F", "_blank", "noopener")}><Trans>Sign in again</Trans></Button>
            <Button onClick={comeBack}><Trans>I have signed in</Trans></Button>
          </div>
        </Column>
      </Dialog>
    </SessionContext.Provider>
  );
}
