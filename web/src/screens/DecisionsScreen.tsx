/** The decisions of a dialogue: what is being decided, how it stands level by level, and what was decided. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { DecisionsDocument, DialogueChangedDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { OpenProcedure } from "../features/decisions/OpenProcedure.tsx";
import { OpenProcedureView, useSubject } from "../features/decisions/Procedure.tsx";
import { outcomeKind, useOutcomeNames } from "../features/decisions/words.ts";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Link, useAddress } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton, Part } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";

export function DecisionsScreen() {
  const { t } = useLingui();
  const id = useAddress("dialogueId");
  const outcomes = useOutcomeNames();
  const subject = useSubject();
  const [opening, setOpening] = useState(false);
  const { data, problem } = useScreen(DecisionsDocument, { id });
  useLive(DialogueChangedDocument, { id });
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton />;
  const dialogue = data.dialogue;
  if (!dialogue) return <NotFound />;
  const may = permit("OPEN_PROCEDURE", dialogue.permissions);
  const texts = dialogue.documents.flatMap((document) =>
    document.versionSets.toSorted((a, b) => b.number - a.number).map((set) => ({ id: set.id, label: t`${document.title}, text no. ${set.number}` })));
  const open = dialogue.procedures.filter(({ state }) => state !== "CLOSED");
  const closed = dialogue.procedures.filter(({ state }) => state === "CLOSED").toSorted((a, b) => (b.closedAt ?? "").localeCompare(a.closedAt ?? ""));
  const why = texts.length === 0 ? t`Only a frozen text can be decided on, and none is frozen yet.` : (may?.why ?? null);
  const openButton = may && <Button kind={open.length === 0 ? "primary" : "quiet"} why={why} onClick={() => setOpening(true)}><Trans>Open a procedure</Trans></Button>;
  return (
    <DialoguePage dialogue={dialogue} title={t`Decisions`} actions={openButton} lead={<Trans>This process foresees: {dialogue.workflow.rule.sentence}</Trans>}>
      <Part title={<Trans>Being decided</Trans>}>
        {open.length === 0
          ? <EmptyState title={<Trans>Nothing is being decided</Trans>}><Trans>A moderator opens a procedure on a frozen text. Rule and deadline are then fixed, and each delegation says where it stands.</Trans></EmptyState>
          : open.map((procedure) => <OpenProcedureView key={procedure.id} procedure={procedure} levels={dialogue.lab.levels} />)}
      </Part>
      {closed.length > 0 && (
        <Part title={<Trans>Decided</Trans>}>
          <Lines label={t`Decided`}>
            {closed.map(({ id, record, verdict, closedAt, ...procedure }) => (
              <Line key={id} side={record && <Button to={`/records/${record.id}`} label={record.state === "SEALED" ? t`Read the record ${record.identifier}` : t`Draft of the record ${record.identifier}`}>{record.state === "SEALED" ? <Trans>Read the record</Trans> : <Trans>Draft of the record</Trans>}</Button>}>
                <Tag kind={outcomeKind(verdict.outcome)}>{outcomes[verdict.outcome]}</Tag> <Link to={record ? `/records/${record.id}` : `/texts/${procedure.set.id}`}><strong>{subject(procedure)}</strong></Link>
                <p>{verdict.sentence}</p>
                <p className="quiet">{record && <>{record.identifier} · </>}{closedAt && <Trans>Closed <Time value={closedAt} as="date" /></Trans>}{record && record.state !== "SEALED" && <> · <Trans>not sealed yet</Trans></>}</p>
              </Line>
            ))}
          </Lines>
        </Part>
      )}
      <Dialog open={opening} onClose={() => setOpening(false)} title={t`Open a procedure`}>
        {opening && <OpenProcedure texts={texts} levels={dialogue.lab.levels} foreseen={dialogue.workflow.rule.sentence} onDone={() => setOpening(false)} />}
      </Dialog>
    </DialoguePage>
  );
}
