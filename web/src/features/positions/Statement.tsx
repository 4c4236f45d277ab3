/** One position, opened: what was said, under which conditions, by whom; and what its delegation can do with it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ClearPositionDocument, ConfirmConditionDocument, ConfirmPositionDocument, MarkConditionMetDocument, type PositionLineFragment, ReleasePositionDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { permit } from "../../api/permits.ts";
import { Button } from "../../ui/Button.tsx";
import { Column } from "../../ui/Form.tsx";
import { StanceGlyph } from "../../ui/icons.tsx";
import { Notice, RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import styles from "./Positions.module.css";
import { useStanceNames } from "./stances.ts";

export type PositionLine = ResultOf<typeof PositionLineFragment>;

export function Statement({ position, levels, mine, moderates }: { position: PositionLine; levels: readonly Rung[]; mine: boolean; moderates: boolean }) {
  const { t } = useLingui();
  const names = useStanceNames();
  const [clear, clearing] = useVerb(ClearPositionDocument);
  const [release, releasing] = useVerb(ReleasePositionDocument);
  const [confirm, confirming] = useVerb(ConfirmPositionDocument);
  const input = { positionId: position.id };
  const steps = [
    { action: "CLEAR", run: () => void clear(input), waiting: clearing.waiting, words: t`Clear for release` },
    { action: "RELEASE", run: () => void release(input), waiting: releasing.waiting, words: t`Release position` },
    { action: "CONFIRM", run: () => void confirm(input), waiting: confirming.waiting, words: t`Confirm position` },
  ];
  return (
    <Column>
      <p className={styles.big}>
        <StanceGlyph stance={position.stance} /> <strong>{names[position.stance]}</strong>
        {position.adReferendum && (position.confirmedAt === null ? <Tag kind="needs"><Trans>Ad referendum</Trans></Tag> : <Tag kind="good"><Trans>Confirmed</Trans></Tag>)}
      </p>
      {position.state !== "RELEASED" && (
        <Notice kind="info">
          {position.state === "DRAFTED" ? <Trans>A draft inside your delegation. Your head of delegation clears it, then it is released; until then nobody else sees it.</Trans> : <Trans>Cleared, not released yet: only your delegation sees it.</Trans>}
        </Notice>
      )}
      {position.onEarlierText && <Notice kind="needs"><Trans>The text changed since this position was taken. Confirm or change it.</Trans></Notice>}
      {position.statement && <p className={styles.said}>{position.statement}</p>}
      {position.reservations.length > 0 && <div><strong><Trans>Reservations</Trans></strong><ul>{position.reservations.map((each) => <li key={each}>{each}</li>)}</ul></div>}
      {position.conditions.length > 0 && (
        <div>
          <strong><Trans>Conditions</Trans></strong>
          <ul className={styles.conditions}>{position.conditions.map((each) => <Condition key={each.id} condition={each} mine={mine} moderates={moderates} />)}</ul>
        </div>
      )}
      <p className="quiet">{position.takenBy && <PersonLine capacity={position.takenBy} levels={levels} />} {position.releasedAt && <Time value={position.releasedAt} />}</p>
      <RefusalNotice refusal={clearing.refusal ?? releasing.refusal ?? confirming.refusal} />
      <div className={styles.steps}>
        {steps.map(({ action, run, waiting, words }) => {
          const may = permit(action, position.viewerCan);
          return may && <Button key={action} onClick={run} waiting={waiting} why={may.why}>{words}</Button>;
        })}
      </div>
    </Column>
  );
}

/** A condition is said to be met by those who run the process, and confirmed by the delegation that made it. */
function Condition({ condition, mine, moderates }: { condition: PositionLine["conditions"][number]; mine: boolean; moderates: boolean }) {
  const [mark, marking] = useVerb(MarkConditionMetDocument);
  const [confirm, confirming] = useVerb(ConfirmConditionDocument);
  const input = { conditionId: condition.id };
  return (
    <li>
      <span>{condition.text}</span>
      {condition.confirmed ? <Tag kind="good"><Trans>Met and confirmed</Trans></Tag> : condition.met ? <Tag><Trans>Said to be met</Trans></Tag> : <Tag kind="needs"><Trans>Not met</Trans></Tag>}
      {moderates && !condition.met && <Button size="small" waiting={marking.waiting} onClick={() => void mark(input)}><Trans>Mark as met</Trans></Button>}
      {mine && condition.met && !condition.confirmed && <Button size="small" waiting={confirming.waiting} onClick={() => void confirm(input)}><Trans>Confirm that it is met</Trans></Button>}
      <RefusalNotice refusal={marking.refusal ?? confirming.refusal} />
    </li>
  );
}
