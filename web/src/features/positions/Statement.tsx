/** One position, opened: what was said, under which conditions, by whom; and what its delegation can do with it. */
import { Trans } from "@lingui/react/macro";
import { ClearPositionDocument, ConfirmPositionDocument, type PositionLineFragment, ReleasePositionDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Column, Row } from "../../ui/Form.tsx";
import { StanceGlyph } from "../../ui/icons.tsx";
import { Notice, RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import { useStanceNames } from "./stances.ts";

export type PositionLine = ResultOf<typeof PositionLineFragment>;

export function Statement({ position, levels }: { position: PositionLine; levels: readonly Rung[] }) {
  const names = useStanceNames();
  const [clear, clearing] = useVerb(ClearPositionDocument);
  const [release, releasing] = useVerb(ReleasePositionDocument);
  const [confirm, confirming] = useVerb(ConfirmPositionDocument);
  const input = { positionId: position.id };
  const can = (action: string) => position.viewerCan.find((each) => each.action === action);
  const steps = [
    { may: can("CLEAR"), run: () => void clear(input), waiting: clearing.waiting, words: <Trans>Clear for release</Trans> },
    { may: can("RELEASE"), run: () => void release(input), waiting: releasing.waiting, words: <Trans>Release position</Trans> },
    { may: can("CONFIRM"), run: () => void confirm(input), waiting: confirming.waiting, words: <Trans>Confirm position</Trans> },
  ];
  return (
    <Column>
      <p><StanceGlyph stance={position.stance} /> <strong>{names[position.stance]}</strong> {position.adReferendum && <Tag kind="needs"><Trans>Ad referendum</Trans></Tag>}</p>
      {position.onEarlierText && <Notice kind="needs"><Trans>The text changed since this position was taken. Confirm or change it.</Trans></Notice>}
      <p style={{ whiteSpace: "pre-line" }}>{position.statement}</p>
      {position.reservations.length > 0 && <div><strong><Trans>Reservations</Trans></strong><ul>{position.reservations.map((each) => <li key={each}>{each}</li>)}</ul></div>}
      {position.conditions.length > 0 && (
        <div>
          <strong><Trans>Conditions</Trans></strong>
          <ul>{position.conditions.map((each) => <li key={each.id}>{each.text} {each.confirmed ? <Tag kind="good"><Trans>Met and confirmed</Trans></Tag> : each.met ? <Tag><Trans>Said to be met</Trans></Tag> : <Tag kind="needs"><Trans>Not met</Trans></Tag>}</li>)}</ul>
        </div>
      )}
      <p className="quiet">{position.takenBy && <PersonLine capacity={position.takenBy} levels={levels} />} {position.releasedAt ? <Time value={position.releasedAt} /> : <Trans>Not released: only your delegation sees it.</Trans>}</p>
      <RefusalNotice refusal={clearing.refusal ?? releasing.refusal ?? confirming.refusal} />
      <Row>{steps.map(({ may, run, waiting, words }, each) => may && <Button key={`step-${each}`} onClick={run} waiting={waiting} why={may.allowed ? null : may.why}>{words}</Button>)}</Row>
    </Column>
  );
}
