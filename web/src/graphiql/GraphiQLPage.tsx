/** GraphiQL under our own head: whose name one asks in, and the way back. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useComputedColorScheme } from "@mantine/core";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useState } from "react";
import { sessionEnded } from "../api/signals.ts";
import { HouseMark } from "../ui/icons.tsx";
import { type Person, askAs, memoryOf } from "./asking.ts";

const START = "{\n  viewer {\n    person {\n      displayName\n    }\n  }\n}\n";

export function GraphiQLPage({ person }: { person: Person }) {
  const { t } = useLingui();
  const scheme = useComputedColorScheme("light");
  const [ended, setEnded] = useState(false);
  const fetcher = useMemo(() => askAs(person), [person]);
  const memory = useMemo(() => memoryOf(person), [person]);
  useEffect(() => sessionEnded.hear(() => setEnded(true)), []);
  useEffect(() => {
    document.title = t`GraphiQL: try the API · Policy Lab`;
  }, [t]);
  return (
    <>
      <header className="head">
        <a className="home" href="/" aria-label={t`Home`}><HouseMark /></a>
        <h1>GraphiQL</h1>
        <p className="quiet"><Trans>You ask as {person.displayName}, with all your rights and limits. What you change is really changed.</Trans></p>
        {ended && <p role="alert"><Trans>Your session has ended.</Trans> <a href="/signin?next=%2Fgraphiql"><Trans>Sign in again</Trans></a></p>}
      </header>
      <main className="workbench" lang="en">
        <GraphiQL fetcher={fetcher} storage={memory} defaultQuery={START} forcedTheme={scheme} isHeadersEditorEnabled={false}
          shouldPersistHeaders={false} showPersistHeadersSettings={false} inputValueDeprecation schemaDescription>
          <GraphiQL.Logo><span /></GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
