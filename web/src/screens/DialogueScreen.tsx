/** One dialogue: where it is, what may be done now, its texts, and what happened. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { DialogueChangedDocument, DialogueDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { NewDocument } from "../features/documents/NewDocument.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { Now } from "../features/labs/PhaseChip.tsx";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Link, useAddress, useGo } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton, Part } from "../ui/Page.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Line, Lines } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";

export function DialogueScreen() {
  const { t } = useLingui();
  const go = useGo();
  const id = useAddress("dialogueId");
  const [beginning, setBeginning] = useState(false);
  const { data, problem } = useScreen(DialogueDocument, { id });
  useLive(DialogueChangedDocument, { id });
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  const dialogue = data.dialogue;
  if (!dialogue) return <NotFound />;
  const here = `/dialogues/${dialogue.id}`;
  const edit = permit("EDIT", dialogue.permissions);
  const mayBegin = edit?.allowed || permit("MODERATE", dialogue.permissions)?.allowed;
  const begin = <Button icon={<IconPlus aria-hidden="true" />} why={mayBegin ? null : (edit?.why ?? t`Only those who write or moderate here begin a text.`)} onClick={() => setBeginning(true)}><Trans>Begin a text</Trans></Button>;
  return (
    <DialoguePage dialogue={dialogue} self title={dialogue.question} lead={dialogue.scope}
      actions={<>
        <Button to={`${here}/people`}><Trans>People</Trans></Button>
        <Button to={`${here}/meetings`}><Trans>Meetings</Trans></Button>
        <Button to={`${here}/coverage`}><Trans>Coverage</Trans></Button>
        <Button to={`${here}/decisions`}><Trans>Decisions</Trans></Button>
      </>}>
      <Part title={<Trans>Now</Trans>}><Now dialogue={dialogue} /></Part>
      <Part title={<Trans>Texts</Trans>} actions={dialogue.documents.length > 0 && begin}>
        {dialogue.documents.length === 0
          ? <EmptyState title={<Trans>No text yet</Trans>} action={begin}><Trans>The texts of this dialogue stand here once the first one is begun.</Trans></EmptyState>
          : (
            <Lines label={t`Texts`}>
              {dialogue.documents.map((document) => {
                const last = document.versionSets.reduce<(typeof document.versionSets)[number] | undefined>((a, b) => (a && a.number > b.number ? a : b), undefined);
                return (
                  <Line key={document.id} side={last && <Button size="small" to={`/texts/${last.id}/positions`} label={t`Positions on ${document.title}`}><Trans>Positions</Trans></Button>}>
                    <Link to={`/documents/${document.id}`}>{document.title}</Link>
                    <div className="quiet">{last ? <Link to={`/texts/${last.id}`}><Trans>Version {last.number}</Trans></Link> : <Trans>Not frozen yet</Trans>}</div>
                  </Line>
                );
              })}
            </Lines>
          )}
      </Part>
      <Part title={<Trans>Phases</Trans>}>
        <Lines label={t`Phases`}>
          {dialogue.phases.map(({ phase, enteredAt }) => (
            <Line key={phase.id} side={enteredAt && <span className="quiet"><Time value={enteredAt} as="date" /></span>}>
              {phase.number}. {phase.title} {phase.id === dialogue.phase.phase.id && <Tag kind="act"><Trans>Now</Trans></Tag>}
            </Line>
          ))}
        </Lines>
      </Part>
      <Part title={<Trans>What happened</Trans>}>
        {dialogue.activity.nodes.length === 0
          ? <p className="quiet"><Trans>Nothing has happened yet.</Trans></p>
          : (
            <Lines label={t`What happened`}>
              {dialogue.activity.nodes.map((event) => (
                <Line key={event.id} side={<span className="quiet"><Time value={event.at} as="when" /></span>}>
                  {event.sentence}{event.capacity && <div className="quiet"><PersonLine capacity={event.capacity} levels={dialogue.lab.levels} tight /></div>}
                </Line>
              ))}
            </Lines>
          )}
      </Part>
      <Dialog open={beginning} onClose={() => setBeginning(false)} title={t`Begin a text`}>
        <NewDocument dialogueId={dialogue.id} languages={dialogue.languages} onCancel={() => setBeginning(false)} onDone={(documentId) => go(`/documents/${documentId}`)} />
      </Dialog>
    </DialoguePage>
  );
}
