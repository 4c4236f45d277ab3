/** Clauses down, delegations across beside their level, a glyph in each cell; at the foot the verdict, level by level. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { PositionsDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { IconButton } from "../../ui/Button.tsx";
import { LevelMark, type StanceCode, StanceGlyph } from "../../ui/icons.tsx";
import { Table } from "../../ui/Table.tsx";
import { byLevel } from "./matrix.ts";
import styles from "./Positions.module.css";
import type { PositionLine } from "./Statement.tsx";
import { useStanceNames } from "./stances.ts";

export type MatrixData = NonNullable<ResultOf<typeof PositionsDocument>["versionSet"]>["matrix"];
type Row = MatrixData["rows"][number];

const SHOWN: readonly StanceCode[] = ["SUPPORT", "SUPPORT_WITH_RESERVATION", "CONDITIONAL", "ABSTAIN", "OBJECT", "NOT_COMPETENT", "NONE"];

export function Matrix({ matrix, mine, onOpen }: { matrix: MatrixData; mine: string | undefined; onOpen: (cell: { sectionId: string | null; delegationId: string }) => void }) {
  const { t } = useLingui();
  const names = useStanceNames();
  const groups = byLevel(matrix.delegations);
  const columns = groups.flatMap(({ delegations }) => delegations.map((delegation, place) => ({ delegation, first: place === 0 })));
  return (
    <div className={styles.matrix}>
      <Table caption={t`Positions of the delegations, clause by clause`}>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}><Trans>Clause</Trans></th>
            {groups.map(({ level, delegations }) => <th key={level.code} scope="colgroup" colSpan={delegations.length} data-first><span className={styles.level}><LevelMark order={level.order} /> {level.name}</span></th>)}
          </tr>
          <tr>{columns.map(({ delegation, first }) => (
            <th key={delegation.id} scope="col" data-first={first || undefined} data-mine={delegation.id === mine || undefined}>
              {delegation.organisation.name}
              {!delegation.voting && <small><Trans>no vote</Trans></small>}
            </th>
          ))}</tr>
        </thead>
        <tbody>
          {matrix.rows.map((row) => (
            <tr key={row.sectionId ?? "whole"}>
              <th scope="row"><ClauseName row={row} /></th>
              {columns.map(({ delegation, first }) => (
                <td key={delegation.id} data-first={first || undefined}>
                  <Cell position={row.cells.find((cell) => cell.delegation.id === delegation.id)?.position} name={`${delegation.organisation.name}, ${row.number ?? t`the whole text`}`}
                    onOpen={() => onOpen({ sectionId: row.sectionId, delegationId: delegation.id })} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {matrix.verdict && <Foot verdict={matrix.verdict} groups={groups} />}
      </Table>
      {matrix.verdict && <p className={styles.verdict} aria-live="polite">{matrix.verdict.provisional && <><Trans>As it stands:</Trans> </>}{matrix.verdict.sentence}</p>}
      <p className={styles.legend}>{SHOWN.map((stance) => <span key={stance}><StanceGlyph stance={stance} size="small" /> {names[stance]}</span>)}</p>
    </div>
  );
}

function ClauseName({ row }: { row: Row }) {
  if (row.sectionId === null) return <strong><Trans>The whole text</Trans></strong>;
  return <span className={styles.clause}><span className={styles.number}>{row.number}</span><span className={styles.excerpt}>{row.heading || (/[.!?…:;]$/.test(row.excerpt) ? row.excerpt : `${row.excerpt}…`)}</span></span>;
}

/** The glyph of a cell, and below it in words what is special about this position. */
function Cell({ position, name, onOpen }: { position: PositionLine | null | undefined; name: string; onOpen: () => void }) {
  const { t } = useLingui();
  const names = useStanceNames();
  const stance = position?.stance ?? "NONE";
  const marks = position ? [
    position.state === "DRAFTED" && t`draft`,
    position.state === "CLEARED" && t`cleared`,
    position.onEarlierText && t`earlier text`,
    position.adReferendum && position.confirmedAt === null && t`ad ref.`,
    position.stance === "CONDITIONAL" && (position.conditions.every(({ confirmed }) => confirmed) ? t`met` : t`not met`),
  ].filter((mark) => mark !== false) : [];
  return (
    <span className={styles.cell}>
      <IconButton label={[`${name}: ${names[stance]}`, ...marks].join(", ")} onClick={onOpen}><StanceGlyph stance={stance} /></IconButton>
      {marks.length > 0 && <small aria-hidden="true">{marks.join(", ")}</small>}
    </span>
  );
}

function Foot({ verdict, groups }: { verdict: NonNullable<MatrixData["verdict"]>; groups: ReturnType<typeof byLevel<MatrixData["delegations"][number]>> }) {
  return (
    <tfoot>
      <tr>
        <th scope="row"><Trans>By level</Trans></th>
        {groups.map(({ level, delegations }) => {
          const tally = verdict.tallies.find((each) => each.level === level.code);
          return (
            <td key={level.code} colSpan={delegations.length} data-first>
              {tally && (
                <span className={styles.tally}>
                  <span><StanceGlyph stance="SUPPORT" size="small" /> {tally.for}</span>
                  {tally.against > 0 && <span><StanceGlyph stance="OBJECT" size="small" /> {tally.against}</span>}
                  {tally.abstain > 0 && <span><StanceGlyph stance="ABSTAIN" size="small" /> {tally.abstain}</span>}
                  <span className="quiet"><Trans>of {tally.entitled}</Trans></span>
                  {tally.passes !== null && <strong data-yes={tally.passes}>{tally.passes ? <Trans>assents</Trans> : <Trans>not yet</Trans>}</strong>}
                </span>
              )}
            </td>
          );
        })}
      </tr>
    </tfoot>
  );
}
