/** Where each delegation stands on each clause, level by level, and the verdict that follows. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { DialogueChangedDocument, PositionsDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { Matrix } from "../features/positions/Matrix.tsx";
import { Statement } from "../features/positions/Statement.tsx";
import { TakePosition } from "../features/positions/TakePosition.tsx";
import { Button } from "../ui/Button.tsx";
import { Sheet } from "../ui/Dialog.tsx";
import { Column } from "../ui/Form.tsx";
import { Link, useAddress } from "../ui/Link.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";
import { OrganisationLine } from "../ui/PersonLine.tsx";
import { Time } from "../ui/Time.tsx";

type Opened = { sectionId: string | null; delegationId: string; taking: boolean };

export function PositionsScreen() {
  const { t } = useLingui();
  const { data, problem, settling } = useScreen(PositionsDocument, { id: useAddress("versionSetId") });
  const set = data?.versionSet;
  useLive(DialogueChangedDocument, { id: set?.document.dialogue.id ?? "" }, !set);
  const [opened, setOpened] = useState<Opened>();
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton lines={9} />;
  if (!set) return <NotFound />;
  const { dialogue } = set.document;
  const { rows, delegations } = set.matrix;
  const mine = delegations.find(({ id }) => id === dialogue.viewerCapacity?.delegation?.id);
  const may = permit("TAKE_POSITION", dialogue.permissions);
  const moderates = ["MODERATE", "SETTLE_AMENDMENT", "CLOSE_PROCEDURE"].some((action) => permit(action, dialogue.permissions)?.allowed);
  const row = rows.find(({ sectionId }) => opened && sectionId === opened.sectionId);
  const position = row?.cells.find(({ delegation }) => delegation.id === opened?.delegationId)?.position;
  const delegation = delegations.find(({ id }) => id === opened?.delegationId);
  const open = set.procedures.find(({ state }) => state !== "CLOSED");
  const { title } = set.document;
  const clause = row?.sectionId ? `${row.number ?? ""} ${row.heading ?? row.excerpt}`.trim() : t`The whole text`;
  return (
    <DialoguePage dialogue={dialogue} width="wide" title={t`Positions`} crumbs={[{ label: t`${title}, text no. ${set.number}`, to: `/texts/${set.id}` }]}
      above={<Link to={`/texts/${set.id}`}>{t`${title}, text no. ${set.number}`}</Link>}
      lead={open && <>{open.rule.sentence} <Trans>Positions until <Time value={open.closesAt} /></Trans></>}
      actions={mine && may && rows.some(({ sectionId }) => sectionId === null) && (
        <Button kind="primary" why={may.why} onClick={() => setOpened({ sectionId: null, delegationId: mine.id, taking: true })}><Trans>Take position on the text</Trans></Button>
      )}>
      {rows.length === 0 || delegations.length === 0
        ? <EmptyState title={<Trans>No positions to show</Trans>} action={<Button to={`/dialogues/${dialogue.id}/people`}><Trans>Look at the delegations</Trans></Button>}><Trans>Positions need a text with clauses and delegations with a seat.</Trans></EmptyState>
        : <Matrix matrix={set.matrix} mine={mine?.id} onOpen={(cell) => setOpened({ ...cell, taking: false })} />}
      <Sheet open={opened !== undefined} onClose={() => setOpened(undefined)} title={clause}>
        {opened && delegation && (
          <Column>
            <p><OrganisationLine name={delegation.organisation.name} level={delegation.level} /></p>
            {opened.taking
              ? <TakePosition setId={set.id} sectionId={opened.sectionId} mandateState={delegation.mandateState} earlier={position} onDone={() => setOpened({ ...opened, taking: false })} />
              : (
                <>
                  {position ? <Statement position={position} levels={dialogue.lab.levels} mine={mine?.id === delegation.id} moderates={moderates} /> : settling ? <PageSkeleton lines={2} /> : <p className="quiet"><Trans>No position taken yet.</Trans></p>}
                  {mine?.id === delegation.id && may && (
                    <div>
                      <Button kind={position ? "quiet" : "primary"} why={may.why} onClick={() => setOpened({ ...opened, taking: true })}>
                        {position ? <Trans>Change position</Trans> : <Trans>Take position</Trans>}
                      </Button>
                    </div>
                  )}
                </>
              )}
          </Column>
        )}
      </Sheet>
    </DialoguePage>
  );
}
