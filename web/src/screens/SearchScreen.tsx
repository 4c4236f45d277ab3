/** Everything the viewer may read, found by its words. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { SearchDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { TextField } from "../ui/fields.tsx";
import { Link, useGo } from "../ui/Link.tsx";
import { EmptyState, ProblemNotice, Tag } from "../ui/Notice.tsx";
import { Page, PageSkeleton } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";

const SHORTEST = 2;

export function SearchScreen() {
  const { t } = useLingui();
  const go = useGo();
  const [text, setText] = useState(() => new URLSearchParams(location.search).get("q") ?? "");
  const [asked] = useDebouncedValue(text.trim(), 250);
  // The address keeps what is looked for, so that it can be sent on and comes back with the back button.
  useEffect(() => go(asked ? `/search?q=${encodeURIComponent(asked)}` : "/search", { replace: true }), [asked, go]);
  const enough = asked.length >= SHORTEST;
  return (
    <Page title={t`Search`} width="reading">
      <TextField label={t`Words, or the number of a clause`} type="search" value={text} onChange={setText} startHere />
      {enough ? <Found text={asked} /> : <EmptyState title={<Trans>Look for words in texts, comments, records and recommendations</Trans>}><Trans>You find what you may read, and nothing else.</Trans></EmptyState>}
    </Page>
  );
}

function Found({ text }: { text: string }) {
  const { t } = useLingui();
  const kinds: Record<string, string> = {
    clause: t`clause`, section: t`clause`, document: t`text`, dialogue: t`dialogue`, lab: t`lab`, comment: t`comment`, thread: t`comment`, record: t`decision`,
    decisionrecord: t`decision`, recommendation: t`recommendation`, amendment: t`amendment`, assessment: t`INDEX result`, versionset: t`frozen text`, draft: t`draft`,
  };
  const { data, waiting, problem } = useScreen(SearchDocument, { text, labId: null, first: 50 });
  if (problem) return <ProblemNotice {...problem} />;
  if (waiting) return <PageSkeleton lines={3} />;
  const hits = data?.search.nodes ?? [];
  if (hits.length === 0) return <EmptyState title={<Trans>Nothing found for “{text}”</Trans>}><Trans>Try fewer words, or another form of them.</Trans></EmptyState>;
  const total = data?.search.totalCount ?? hits.length;
  return (
    <>
      <output className="quiet"><Plural value={total} one="# place" other="# places" /></output>
      <Lines label={t`Found`}>
        {hits.map((hit) => (
          <Line key={`${hit.url}-${hit.kind}-${hit.title}`} side={<Tag>{kinds[hit.kind.toLowerCase().replaceAll("_", "")] ?? hit.kind.toLowerCase().replaceAll("_", " ")}</Tag>}>
            <Link to={hit.url}>{hit.number ? `${hit.number} ${hit.title}` : hit.title}</Link>
            {hit.excerpt && <div>{hit.excerpt}</div>}
            {hit.dialogue && <div className="quiet">{hit.dialogue.question}</div>}
          </Line>
        ))}
      </Lines>
    </>
  );
}
