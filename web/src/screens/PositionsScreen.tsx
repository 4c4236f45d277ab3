/** Where each delegation stands on each clause, level by level, and the verdict that follows. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { DialogueChangedDocument, PositionsDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { byLevel } from "../features/positions/matrix.ts";
import { Statement } from "../features/positions/Statement.tsx";
import { useStanceNames } from "../features/positions/stances.ts";
import { TakePosition } from "../features/positions/TakePosition.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Sheet } from "../ui/Dialog.tsx";
import { LevelMark, StanceGlyph } from "../ui/icons.tsx";
import { Link, useAddress } from "../ui/Link.tsx";
import { EmptyState, Notice } from "../ui/Notice.tsx";
import { NotFound, PageSkeleton, Part } from "../ui/Page.tsx";
import { OrganisationLine } from "../ui/PersonLine.tsx";
import { Table } from "../ui/Table.tsx";

export function PositionsScreen() {
  const { t } = useLingui();
  const names = useStanceNames();
  const { data, problem } = useScreen(PositionsDocument, { id: useAddress("versionSetId") });
  const set = data?.versionSet;
  useLive(DialogueChangedDocument, { id: set?.document.dialogue.id ?? "" }, !set);
  const [opened, setOpened] = useState<{ sectionId: string | null; delegationId: string; taking: boolean }>();
  if (problem) return <NotFound />;
  if (!data) return <PageSkeleton />;
  if (!set) return <NotFound />;
  const { dialogue } = set.document;
  const { rows, delegations, verdict } = set.matrix;
  const groups = byLevel(delegations);
  const columns = groups.flatMap((group) => group.delegations);
  const mine = columns.find(({ id }) => id === dialogue.viewerCapacity?.delegation?.id);
  const may = dialogue.permissions.find(({ action }) => action === "TAKE_POSITION");
  const row = rows.find(({ sectionId }) => opened && sectionId === opened.sectionId);
  const position = row?.cells.find(({ delegation }) => delegation.id === opened?.delegationId)?.position;
  const delegation = columns.find(({ id }) => id === opened?.delegationId);
  const number = set.number;
  return (
    <DialoguePage dialogue={dialogue} width="wide" title={t`Positions`} crumbs={[{ label: `${set.document.title}, ${number}`, to: `/texts/${set.id}` }]}
      lead={<Trans>On <Link to={`/texts/${set.id}`}>version {number}</Link>. Every cell opens the statement.</Trans>}>
      {rows.length === 0 || columns.length === 0
        ? <EmptyState title={<Trans>No positions to show</Trans>} action={<Button to={`/dialogues/${dialogue.id}/people`}><Trans>Look at the delegations</Trans></Button>}><Trans>Positions need a text with clauses and delegations with a seat.</Trans></EmptyState>
        : (
          <Table caption={t`Positions of the delegations, clause by clause`}>
            <thead>
              <tr><th scope="col" rowSpan={2}><Trans>Clause</Trans></th>{groups.map(({ level, delegations: each }) => <th key={level.code} scope="colgroup" colSpan={each.length}><LevelMark order={level.order} /> {level.name}</th>)}</tr>
              <tr>{columns.map((each) => <th key={each.id} scope="col">{each.organisation.name}</th>)}</tr>
            </thead>
            <tbody>
              {rows.map((line) => (
                <tr key={line.sectionId ?? "whole"}>
                  <th scope="row">{line.number} {line.heading || line.excerpt}</th>
                  {columns.map((each) => {
                    const stance = line.cells.find((cell) => cell.delegation.id === each.id)?.position?.stance ?? "NONE";
                    return (
                      <td key={each.id}>
                        <IconButton label={`${each.organisation.name}, ${line.number ?? line.heading ?? ""}: ${names[stance]}`} onClick={() => setOpened({ sectionId: line.sectionId, delegationId: each.id, taking: false })}>
                          <StanceGlyph stance={stance} />
                        </IconButton>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      {verdict && <Part title={<Trans>Verdict</Trans>}><Notice kind={verdict.outcome === "ADOPTED" ? "good" : "info"}>{verdict.sentence}</Notice></Part>}
      <Sheet open={opened !== undefined} onClose={() => setOpened(undefined)} title={row ? `${row.number ?? ""} ${row.heading ?? row.excerpt ?? ""}`.trim() : t`Position`}>
        {opened && delegation && (
          <>
            <p><OrganisationLine name={delegation.organisation.name} level={delegation.level} /></p>
            {opened.taking
              ? <TakePosition setId={set.id} sectionId={opened.sectionId} mandateState={delegation.mandateState} earlier={position} onDone={() => setOpened({ ...opened, taking: false })} />
              : (
                <>
                  {position ? <Statement position={position} levels={dialogue.lab.levels} /> : <p className="quiet"><Trans>No position taken yet.</Trans></p>}
                  {mine?.id === delegation.id && may && (
                    <Button kind="primary" why={may.allowed ? null : may.whyNot} onClick={() => setOpened({ ...opened, taking: true })}>
                      {position ? <Trans>Change position</Trans> : <Trans>Take position</Trans>}
                    </Button>
                  )}
                </>
              )}
          </>
        )}
      </Sheet>
    </DialoguePage>
  );
}
