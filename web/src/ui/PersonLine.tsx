/** A person in a capacity: function, organisation, level mark. Never a bare name. */
import styles from "./PersonLine.module.css";
import { LevelMark } from "./icons.tsx";

export type Rung = { code: string; name: string; order: number };

export function PersonLine({ capacity, levels, tight }: {
  capacity: { function: string; level: string | null; organisation: { name: string } | null };
  /** The levels of the lab: the mark's shape and hue follow their order. */
  levels?: readonly Rung[] | undefined;
  tight?: boolean;
}) {
  const rung = levels?.find((level) => level.code === capacity.level);
  return (
    <span className={styles.line} data-tight={tight || undefined}>
      {rung && <LevelMark order={rung.order} label={rung.name} />}
      <span>
        {capacity.organisation && <span className={styles.organisation}>{capacity.organisation.name}</span>}
        {capacity.function && <span className="quiet">{capacity.organisation && " · "}{capacity.function}</span>}
      </span>
    </span>
  );
}

/** An organisation at its level: shape, then name. */
export function OrganisationLine({ name, level }: { name: string; level: Rung | undefined }) {
  return (
    <span className={styles.line}>
      {level && <LevelMark order={level.order} label={level.name} />}
      <span className={styles.organisation}>{name}</span>
    </span>
  );
}
