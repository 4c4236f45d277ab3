/** How a text came about: when people wrote, what it said at any moment, whose words it is; and a way back. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowBackUp, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { DraftAuthorshipDocument, DraftChangedDocument, DraftHistoryDocument, DraftMomentDocument, RestoreDraftDocument } from "../api/generated/operations.ts";
import type { ResultOf } from "../api/graphql.ts";
import { useLive, useScreen, useVerb } from "../api/hooks.ts";
import { Authors } from "../features/documents/Authors.tsx";
import { ChangeCounts, Changes } from "../features/documents/Changes.tsx";
import drawn from "../features/documents/Draft.module.css";
import styles from "../features/documents/History.module.css";
import { spellAt, steps } from "../features/documents/history.ts";
import { Outline } from "../features/documents/Outline.tsx";
import { Reading } from "../features/documents/Reading.tsx";
import { Spells } from "../features/documents/Spells.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { useFormat } from "../i18n/format.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { Ask } from "../ui/Dialog.tsx";
import { useAddress, useGo } from "../ui/Link.tsx";
import { EmptyState, ProblemNotice, RefusalNotice, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Time } from "../ui/Time.tsx";

const PAGE = 50;
const MOST = 200;
const SHOWN = ["changes", "text", "authors"] as const;
type Shown = (typeof SHOWN)[number];
type Draft = NonNullable<ResultOf<typeof DraftHistoryDocument>["draft"]>;

export function HistoryScreen() {
  const id = useAddress("draftId");
  const [first, setFirst] = useState(PAGE);
  const { data, waiting, problem } = useScreen(DraftHistoryDocument, { id, first });
  useLive(DraftChangedDocument, { id });
  if (problem) return <NotFetched {...problem} />;
  if (waiting) return <PageSkeleton lines={12} />;
  if (!data?.draft) return <NotFound />;
  return <History key={id} draft={data.draft} onMore={first < MOST ? () => setFirst((shown) => Math.min(MOST, shown + PAGE)) : undefined} />;
}

/** What the address says: `?at=12&show=authors`. */
function asked(): { at: number | undefined; shown: Shown } {
  const wanted = new URLSearchParams(location.search);
  const at = Number.parseInt(wanted.get("at") ?? "", 10);
  return { at: Number.isNaN(at) ? undefined : Math.max(0, at), shown: SHOWN.find((each) => each === wanted.get("show")) ?? "changes" };
}

function History({ draft, onMore }: { draft: Draft; onMore: (() => void) | undefined }) {
  const { t } = useLingui();
  const format = useFormat();
  const go = useGo();
  const [chosen, setChosen] = useState(asked);
  const [restoring, setRestoring] = useState(false);
  const { dialogue } = draft.document;
  const { levels } = dialogue.lab;
  const spells = draft.history.nodes;
  const latest = spells[0]?.position ?? 0;
  const position = Math.min(chosen.at ?? latest, latest);
  const [settled] = useDebouncedValue(position, 200);
  // The address keeps the moment, so that it can be sent on.
  useEffect(() => go(`/drafts/${draft.id}/history?at=${settled}&show=${chosen.shown}`, { replace: true }), [draft.id, settled, chosen.shown, go]);
  const choose = (at: number) => setChosen((before) => ({ ...before, at }));

  const why = draft.viewerRight === "WRITE" ? undefined
    : draft.closed ? t`This draft is closed: open it again, and texts can be restored.`
    : draft.viewerRight === "SUGGEST" ? t`You may suggest changes to this text, but not make them.` : t`You may read this text but not change it.`;
  const ways: Record<Shown, string> = { changes: t`What changed since`, text: t`The text then`, authors: t`Who wrote what` };

  return (
    <DialoguePage dialogue={dialogue} title={t`History of ${draft.document.title}`} width="full"
      crumbs={[{ label: draft.document.title, to: `/documents/${draft.document.id}` }, { label: t`Draft`, to: `/drafts/${draft.id}` }]}
      above={<><Trans>Draft</Trans> · {format.language(draft.languageVersion.language)}{draft.closed && <Tag kind="needs"><Trans>closed</Trans></Tag>}</>}
      actions={<Button icon={<IconArrowBackUp aria-hidden="true" />} onClick={() => setRestoring(true)} why={why} disabled={!why && position === latest}><Trans>Restore this text</Trans></Button>}
      panel={<>
        <h2><Trans>When people wrote</Trans></h2>
        <Spells spells={spells} levels={levels} current={spellAt(spells, position)?.id} onChoose={choose} />
        {draft.history.pageInfo.hasNextPage && (onMore ? <Button kind="plain" onClick={onMore}><Trans>Show earlier</Trans></Button> : <p className="quiet"><Trans>What was before is reached with the slider.</Trans></p>)}
      </>}>
      {latest === 0 ? <EmptyState title={<Trans>Nobody has written here yet</Trans>} action={<Button to={`/drafts/${draft.id}`}><Trans>Open the draft</Trans></Button>} /> : (
        <Moment draft={draft} position={settled} shown={chosen.shown} above={<>
          <Slider spells={spells} latest={latest} position={position} onChoose={choose} />
          <nav className={styles.ways} aria-label={t`How to see this moment`} data-screen-only>
            {SHOWN.map((each) => <Button key={each} size="small" pressed={each === chosen.shown} kind={each === chosen.shown ? "quiet" : "plain"} onClick={() => setChosen((before) => ({ ...before, shown: each }))}>{ways[each]}</Button>)}
          </nav>
        </>} />
      )}
      <Restore draft={draft} position={settled} open={restoring} onClose={() => setRestoring(false)} />
    </DialoguePage>
  );
}

/** Every position of the log, by mouse, finger or arrow keys; and from one spell to the next. */
function Slider({ spells, latest, position, onChoose }: { spells: Draft["history"]["nodes"]; latest: number; position: number; onChoose: (position: number) => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const { earlier, later } = steps(spells, position);
  const spell = spellAt(spells, position);
  const who = spell?.capacity && [spell.capacity.organisation?.name, spell.capacity.function].filter(Boolean).join(", ");
  const said = position === 0 ? t`before the first word` : spell ? [format.moment(spell.endedAt), who].filter(Boolean).join(", ") : t`change ${position} of ${latest}`;
  return (
    <div className={styles.track} data-screen-only>
      <IconButton label={t`Earlier`} disabled={earlier === null} onClick={() => earlier !== null && onChoose(earlier)}><IconChevronLeft aria-hidden="true" /></IconButton>
      <input type="range" min={0} max={latest} step={1} value={position} aria-label={t`Moment`} aria-valuetext={said} onChange={(event) => onChoose(Number(event.currentTarget.value))} />
      <IconButton label={t`Later`} disabled={later === null} onClick={() => later !== null && onChoose(later)}><IconChevronRight aria-hidden="true" /></IconButton>
    </div>
  );
}

/** What there is to see of one moment. */
function Moment({ draft, position, shown, above }: { draft: Draft; position: number; shown: Shown; above: React.ReactNode }) {
  const moment = useScreen(DraftMomentDocument, { id: draft.id, position });
  const authors = useScreen(DraftAuthorshipDocument, { id: draft.id, at: position }, { pause: shown !== "authors" });
  const { language } = draft.languageVersion;
  const { levels } = draft.document.dialogue.lab;
  const then = moment.data?.draft?.textAt;
  const changes = moment.data?.draft?.changes;
  const written = authors.data?.draft;
  return (
    <div className={drawn.columns}>
      <Outline sections={then?.sections ?? []} />
      <div className={drawn.text}>
        <div className={styles.slider}>
          {above}
          <p className={styles.moment} aria-live="polite">
            {then?.at ? <Time value={then.at} /> : then && <Trans>Before the first word</Trans>}
            {then?.capacity && <PersonLine capacity={then.capacity} levels={levels} />}
          </p>
        </div>
        {!then || !changes ? (moment.problem ? <ProblemNotice {...moment.problem} /> : <PageSkeleton lines={8} />)
          : shown === "text" ? <Reading content={then.content} sections={then.sections} language={language} />
          : shown === "authors" ? (written ? <Authors authorship={written.authorship} sections={written.textAt.sections} levels={levels} language={language} /> : <PageSkeleton lines={8} />)
          : <Since changes={changes} language={language} />}
      </div>
    </div>
  );
}

function Since({ changes, language }: { changes: NonNullable<NonNullable<ResultOf<typeof DraftMomentDocument>["draft"]>["changes"]>; language: string }) {
  const same = changes.sections.every((section) => section.kind === "SAME" && !section.moved);
  return (
    <>
      <p className="quiet">{same ? <Trans>Nothing has changed since: this is the text as it stands.</Trans> : <ChangeCounts of={changes} />}</p>
      <div className={styles.tight}><Changes sections={changes.sections} language={language} /></div>
    </>
  );
}

function Restore({ draft, position, open, onClose }: { draft: Draft; position: number; open: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const go = useGo();
  const [restore, { waiting, refusal, forget }] = useVerb(RestoreDraftDocument);
  const close = () => { forget(); onClose(); };
  const confirm = async () => {
    const made = await restore({ draftId: draft.id, position });
    if (made) go(`/drafts/${draft.id}`);
  };
  return (
    <Ask open={open} onClose={close} onConfirm={() => void confirm()} title={t`Restore this text`} verb={t`Restore`} waiting={waiting}>
      <p><Trans>The draft will say again what it said then, as an edit of yours that everybody sees at once. Nothing is lost: what it says now stays in its history, and words that come back are their authors’.</Trans></p>
      <RefusalNotice refusal={refusal} />
    </Ask>
  );
}
