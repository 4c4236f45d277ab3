/** Positions one below the other, level by level, as a document tells them. */
import { Trans } from "@lingui/react/macro";
import { LevelMark, StanceGlyph } from "../../ui/icons.tsx";
import { Tag } from "../../ui/Notice.tsx";
import { byLevel } from "./matrix.ts";
import styles from "./Positions.module.css";
import type { PositionLine } from "./Statement.tsx";
import { useStanceNames } from "./stances.ts";

export function StatedPositions({ positions }: { positions: readonly PositionLine[] }) {
  const names = useStanceNames();
  const groups = byLevel(positions.map((position) => ({ ...position.delegation, position })));
  return groups.map(({ level, delegations }) => (
    <div key={level.code}>
      <h3><LevelMark order={level.order} /> {level.name}</h3>
      <ul className={styles.stated}>
        {delegations.map(({ id, organisation, position }) => (
          <li key={id}>
            <div className={styles.who}>
              <strong>{organisation.name}</strong>
              <span className={styles.stance}><StanceGlyph stance={position.stance} size="small" /> {names[position.stance]}</span>
              {position.adReferendum && (position.confirmedAt ? <Tag><Trans>confirmed</Trans></Tag> : <Tag kind="needs"><Trans>ad referendum</Trans></Tag>)}
              {!position.counted && <Tag><Trans>not counted</Trans></Tag>}
            </div>
            {position.statement && <p className={styles.words}>{position.statement}</p>}
            {position.conditions.length > 0 && (
              <ul>{position.conditions.map((each) => <li key={each.id}>{each.text} {each.confirmed ? <Tag kind="good"><Trans>met</Trans></Tag> : <Tag kind="needs"><Trans>not met</Trans></Tag>}</li>)}</ul>
            )}
          </li>
        ))}
      </ul>
    </div>
  ));
}
