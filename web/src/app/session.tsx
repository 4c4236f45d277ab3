/** Who is signed in, and what happens when nobody is any more. */
import { Trans } from "@lingui/react/macro";
import { type ReactNode, createContext, useContext, useEffect, useState } from "react";
import { reconnect, speakFor } from "../api/client.ts";
import { SessionDocument } from "../api/generated/operations.ts";
import type { ResultOf } from "../api/graphql.ts";
import { useScreen } from "../api/hooks.ts";
import { sessionEnded, signedIn } from "../api/signals.ts";
import { speakAs } from "../i18n/index.ts";
import { Button } from "../ui/Button.tsx";
import styles from "./session.module.css";

export type Session = ResultOf<typeof SessionDocument>;

const SessionContext = createContext<Session | undefined>(undefined);
export const useSession = () => useContext(SessionContext);

/** To the way in, and back to where one was. */
export const signInAddress = () => `/signin?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`;

export function SessionProvider({ children }: { children: (session: Session | undefined, failed: boolean) => ReactNode }) {
  const { data, problem, refresh } = useScreen(SessionDocument, {});
  const [ended, setEnded] = useState(false);
  const viewer = data?.viewer;
  useEffect(() => sessionEnded.hear(() => setEnded(true)), []);
  useEffect(() => {
    if (!viewer) return;
    speakFor(viewer.person.id);
    signedIn.say();
    speakAs(viewer.person.locale);
  }, [viewer]);
  const comeBack = () => {
    speakFor(undefined); // whoever is signed in by now: the answer says who
    reconnect();
    refresh();
    setEnded(false);
  };
  return (
    <SessionContext.Provider value={data}>
      {children(data, problem !== undefined)}
      {ended && viewer && (
        // Beside the page, never over it: whoever types goes on typing, and nothing takes the keys away.
        <div role="alert" className={styles.ended} data-screen-only>
          <p><strong><Trans>Your session has ended.</Trans></strong> <Trans>What you write is kept in this browser. Sign in again in another tab, then come back: it will be offered to the text again.</Trans></p>
          <div className={styles.buttons}>
            <Button kind="primary" onClick={() => window.open("/signin?next=%2F", "_blank", "noopener")}><Trans>Sign in again</Trans></Button>
            <Button onClick={comeBack}><Trans>I have signed in</Trans></Button>
          </div>
        </div>
      )}
    </SessionContext.Provider>
  );
}
