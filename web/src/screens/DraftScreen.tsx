/** Where a text is written together: outline, text, and beside it what concerns the clause. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconHistory, IconLink } from "@tabler/icons-react";
import type { Editor as Tiptap } from "@tiptap/react";
import { useEffect, useState } from "react";
import { AcceptSuggestionDocument, DraftChangedDocument, DraftDocument, RecommendationChoicesDocument, RejectSuggestionDocument, SessionDocument } from "../api/generated/operations.ts";
import type { ResultOf } from "../api/graphql.ts";
import { useLive, useScreen, useVerb } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { NewThread, Threads } from "../features/comments/Threads.tsx";
import styles from "../features/documents/Draft.module.css";
import { Outline, showSection } from "../features/documents/Outline.tsx";
import { StoredSign, WhoIsHere } from "../features/documents/Presence.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { Stances } from "../features/positions/Stances.tsx";
import { useStanceNames } from "../features/positions/stances.ts";
import { LinkToRecommendation } from "../features/strategies/LinkForm.tsx";
import { Links } from "../features/strategies/Links.tsx";
import type { DraftConnection } from "../editor/connection.ts";
import { type Chosen, Editor, type Mode, useDraftConnection, useStanding } from "../editor/Editor.tsx";
import { useFormat } from "../i18n/format.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { SelectField } from "../ui/fields.tsx";
import { LevelMark, StanceGlyph } from "../ui/icons.tsx";
import { Link, useAddress } from "../ui/Link.tsx";
import { Notice, RefusalNotice, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton, Part } from "../ui/Page.tsx";
import { OrganisationLine, PersonLine } from "../ui/PersonLine.tsx";

type Draft = NonNullable<ResultOf<typeof DraftDocument>["draft"]>;

export function DraftScreen() {
  const id = useAddress("draftId");
  const { data, waiting, problem } = useScreen(DraftDocument, { id });
  const session = useScreen(SessionDocument, {});
  useLive(DraftChangedDocument, { id });
  const person = session.data?.viewer?.person.id;
  const failed = problem ?? session.problem;
  if (failed) return <NotFetched {...failed} />;
  if (waiting || !session.data) return <PageSkeleton lines={12} />;
  if (!data?.draft || !person) return <NotFound />;
  return <Writing key={id} draft={data.draft} person={person} />;
}

function Writing({ draft, person }: { draft: Draft; person: string }) {
  const { t } = useLingui();
  const format = useFormat();
  const connection = useDraftConnection(draft.id, person);
  const standing = useStanding(connection);
  const [wish, setWish] = useState<Mode>("write");
  const [section, setSection] = useState<string | null>(location.hash.slice(1) || null);
  const [chosen, setChosen] = useState<Chosen>();
  const [editor, setEditor] = useState<Tiptap>();
  const { dialogue } = draft.document;
  const { levels } = dialogue.lab;
  const right = standing?.welcome?.right ?? "read";
  const mode: Mode = draft.closed || right === "read" ? "read" : right === "suggest" ? "suggest" : wish;
  const language = draft.languageVersion.language;

  useEffect(() => {
    if (standing?.synced && location.hash) requestAnimationFrame(() => showSection(location.hash.slice(1)));
  }, [standing?.synced]);

  return (
    <DialoguePage dialogue={dialogue} title={draft.document.title} width="full"
      crumbs={[{ label: draft.document.title, to: `/documents/${draft.document.id}` }]}
      above={<><Trans>Draft</Trans> · {format.language(language)}{draft.closed && <Tag kind="needs"><Trans>closed</Trans></Tag>}</>}
      actions={<Button size="small" icon={<IconHistory aria-hidden="true" />} to={`/drafts/${draft.id}/history`}><Trans>History</Trans></Button>}
      panel={<Beside draft={draft} section={section} />}>
      <div className={styles.columns}>
        <Outline sections={draft.sections} current={section} signs={(line) => {
          const positions = draft.sections.find((each) => each.sectionId === line.sectionId)?.positions ?? [];
          return positions.slice(0, 4).map((position) => <StanceGlyph key={position.id} stance={position.stance} size="small" />);
        }} />
        <div className={styles.text}>
          {standing?.refused && connection && <OfferAgain connection={connection} editor={editor} />}
          {connection && (
            <Editor connection={connection} mode={mode} label={t`Text of ${draft.document.title}`} language={language} levels={levels}
              onSection={setSection} onComment={setChosen} onReady={setEditor} />
          )}
        </div>
      </div>
      <footer className={styles.foot}>
        {connection && <><StoredSign connection={connection} /><WhoIsHere connection={connection} levels={levels} /></>}
        {mode === "read" ? <Tag><Trans>Reading</Trans></Tag> : right === "suggest" ? <Tag><Trans>Suggesting</Trans></Tag> : (
          <SelectField label={<span className="unseen"><Trans>How your changes enter the text</Trans></span>} value={wish} onChange={(next) => setWish(next as Mode)}
            options={[{ value: "write", label: t`Writing` }, { value: "suggest", label: t`Suggesting` }]} />
        )}
        <nav className={styles.languages} aria-label={t`Languages of the text`}>
          {draft.document.languageVersions.map((version) => version.draft && (
            <Link key={version.id} to={`/drafts/${version.draft.id}`} lang={version.language} aria-current={version.draft.id === draft.id ? "page" : undefined}>{version.language.toUpperCase()}</Link>
          ))}
        </nav>
      </footer>
      <Dialog open={chosen !== undefined} onClose={() => setChosen(undefined)} title={t`Comment on these words`}>
        {chosen && <NewThread draftId={draft.id} chosen={chosen} onDone={() => setChosen(undefined)} />}
      </Dialog>
    </DialoguePage>
  );
}

/** Words that were not accepted: here they are, to be put back by hand or let go. */
function OfferAgain({ connection, editor }: { connection: DraftConnection; editor: Tiptap | undefined }) {
  const refused = useStanding(connection)?.refused;
  if (!refused) return null;
  return (
    <Notice kind="refused" title={<Trans>Not accepted: {refused.message}</Trans>}>
      <p><Trans>Your words are kept here until you decide:</Trans></p>
      <blockquote className={styles.quotation}>{refused.words}</blockquote>
      <div className={styles.buttons}>
        <Button size="small" disabled={!editor?.isEditable} onClick={() => { editor?.chain().focus().insertContent(refused.words).run(); connection.forgetRefused(); }}><Trans>Put them at the cursor</Trans></Button>
        <Button size="small" onClick={() => void navigator.clipboard.writeText(refused.words)}><Trans>Copy them</Trans></Button>
        <Button size="small" kind="plain" onClick={() => connection.forgetRefused()}><Trans>Let them go</Trans></Button>
      </div>
    </Notice>
  );
}

/** What concerns the clause the cursor is in. */
function Beside({ draft, section }: { draft: Draft; section: string | null }) {
  const { t } = useLingui();
  const format = useFormat();
  const { dialogue } = draft.document;
  const { levels } = dialogue.lab;
  const line = draft.sections.find((each) => each.sectionId === section);
  const here = <Item,>(items: readonly Item[], of: (item: Item) => string | null) => (line ? items.filter((item) => of(item) === section) : items);
  const threads = here(draft.threads, (thread) => thread.sectionId);
  const suggestions = here(draft.suggestions, (suggestion) => suggestion.sectionId);
  const shares = line && line.writtenBy.length > 0 ? line.writtenBy : draft.writtenBy;
  const { delegations } = dialogue;
  const names = useStanceNames();
  return (
    <>
      <h2>{line ? t`Clause ${line.number}` : t`The whole text`} {line?.heading}</h2>
      <Part level={3} title={t`Comments`}><Threads threads={threads} levels={levels} /></Part>
      {suggestions.length > 0 && <Part level={3} title={t`Suggestions`}>{suggestions.map((suggestion) => <SuggestionCard key={suggestion.id} draft={draft} suggestion={suggestion} />)}</Part>}
      {line && <Answers draft={draft} line={line} />}
      {line && line.positions.length > 0 && (
        <Part level={3} title={t`Positions`}>
          <Stances stances={line.positions.map(({ stance }) => stance)} of={delegations.filter(({ voting }) => voting).length} />
          {line.positions.map((position) => {
            const delegation = delegations.find(({ id }) => id === position.delegation.id);
            return delegation && <p key={position.id} className={styles.stand}><StanceGlyph stance={position.stance} label={names[position.stance]} size="small" /> <OrganisationLine name={delegation.organisation.name} level={delegation.level} /> {position.onEarlierText && <Tag kind="needs"><Trans>on earlier words</Trans></Tag>}</p>;
          })}
        </Part>
      )}
      {shares.length > 0 && (
        <Part level={3} title={t`Written by`} actions={<Link to={`/drafts/${draft.id}/history?show=authors`}><Trans>Word for word</Trans></Link>}>
          <p className={styles.shares}>
            {shares.map((share) => {
              const rung = levels.find((level) => level.code === share.level);
              return <span key={share.level ?? "none"}>{rung && <LevelMark order={rung.order} />} {rung?.name ?? t`no level`} {format.share(share.share)}</span>;
            })}
          </p>
        </Part>
      )}
    </>
  );
}

/** The recommendations that a clause answers; whoever may link can add one. */
function Answers({ draft, line }: { draft: Draft; line: Draft["sections"][number] }) {
  const { t } = useLingui();
  const [linking, setLinking] = useState(false);
  const { dialogue } = draft.document;
  const may = permit("LINK_EVIDENCE", dialogue.permissions);
  if (line.trace.length === 0 && !may?.allowed) return null;
  return (
    <Part level={3} title={t`Answers to recommendations`} actions={may?.allowed && <Button size="small" icon={<IconLink aria-hidden="true" />} onClick={() => setLinking(true)}><Trans>Link</Trans></Button>}>
      {line.trace.length > 0 ? <Links links={line.trace} show="recommendation" may={may} /> : <p className="quiet"><Trans>This clause answers no recommendation yet.</Trans></p>}
      <Dialog open={linking} onClose={() => setLinking(false)} title={t`Link to a recommendation`}>
        {linking && <Choosing dialogueId={dialogue.id} documentId={draft.document.id} line={line} onDone={() => setLinking(false)} />}
      </Dialog>
    </Part>
  );
}

function Choosing({ dialogueId, documentId, line, onDone }: { dialogueId: string; documentId: string; line: Draft["sections"][number]; onDone: () => void }) {
  const { data } = useScreen(RecommendationChoicesDocument, { id: dialogueId });
  if (!data) return <PageSkeleton lines={3} />;
  const linked = new Set(line.trace.map(({ recommendation }) => recommendation.id));
  const choices = (data.dialogue?.assessments ?? []).flatMap(({ territory, recommendations }) =>
    recommendations.filter(({ id }) => !linked.has(id)).map(({ dimensions, ...each }) => ({ ...each, of: [territory.name, ...dimensions.map(({ name }) => name)].join(" · ") })));
  return <LinkToRecommendation documentId={documentId} clause={line} recommendations={choices} onDone={onDone} />;
}

function SuggestionCard({ draft, suggestion }: { draft: Draft; suggestion: Draft["suggestions"][number] }) {
  const [accept, accepting] = useVerb(AcceptSuggestionDocument);
  const [reject, rejecting] = useVerb(RejectSuggestionDocument);
  const input = { draftId: draft.id, suggestionId: suggestion.id };
  return (
    <article className={styles.card}>
      {suggestion.capacity && <PersonLine capacity={suggestion.capacity} levels={draft.document.dialogue.lab.levels} />}
      <p>{suggestion.deleted && <del>{suggestion.deleted}</del>} {suggestion.inserted && <ins>{suggestion.inserted}</ins>}</p>
      {draft.viewerRight === "WRITE" && (
        <div className={styles.buttons}>
          <Button size="small" waiting={accepting.waiting} onClick={() => void accept(input)}><Trans>Accept</Trans></Button>
          <Button size="small" kind="plain" waiting={rejecting.waiting} onClick={() => void reject(input)}><Trans>Reject</Trans></Button>
        </div>
      )}
      <RefusalNotice refusal={accepting.refusal ?? rejecting.refusal} />
    </article>
  );
}
