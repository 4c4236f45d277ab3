/** A radar drawn by hand: the place, the cities it was compared with, an earlier year. The numbers stand beside it. */
import { at, CENTRE, label, outline, RADIUS, wrapped } from "./radar.ts";
import type { Axis } from "./figures.ts";
import styles from "./Index.module.css";

const RINGS = [25, 50, 75, 100];

export function Radar({ drawn, finding }: { drawn: readonly Axis[]; finding: string }) {
  const count = drawn.length;
  const peers = outline(drawn.map(({ peerMean }) => peerMean));
  const before = outline(drawn.map(({ earlier }) => earlier));
  return (
    // A drawing made here is no file that an <img> could show.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <svg className={styles.radar} viewBox={`0 ${CENTRE - RADIUS * 1.25} ${CENTRE * 2} ${RADIUS * 2.5}`} role="img" aria-label={finding}>
      {RINGS.map((ring) => <path key={ring} className={styles.ring} d={outline(drawn.map(() => ring))} />)}
      {drawn.map((axis, place) => {
        const end = at(place, count, 1);
        return <line key={axis.code} className={styles.spoke} x1={CENTRE} y1={CENTRE} x2={end.x} y2={end.y} />;
      })}
      {RINGS.map((ring) => <text key={ring} className={styles.scale} x={CENTRE + 4} y={at(0, count, ring / 100).y + 12}>{ring}</text>)}
      {before && <path className={styles.earlier} d={before} />}
      {peers && <path className={styles.peers} d={peers} />}
      <path className={styles.place} d={outline(drawn.map(({ value }) => value))} />
      {drawn.map((axis, place) => {
        const point = at(place, count, axis.value / 100);
        return <circle key={axis.code} className={styles.dot} cx={point.x} cy={point.y} r={4} />;
      })}
      {drawn.map((axis, place) => <AxisLabel key={axis.code} axis={axis} place={place} count={count} />)}
    </svg>
  );
}

/** Names where there is room, the number of the line in the table where there is not. */
function AxisLabel({ axis, place, count }: { axis: Axis; place: number; count: number }) {
  const { x, y, anchor } = label(place, count);
  const lines = wrapped(axis.name);
  return (
    <>
      <text className={styles.name} textAnchor={anchor}>
        {lines.map((line, row) => <tspan key={line} x={x} y={y + (row - (lines.length - 1) / 2) * 15 + 4}>{line}</tspan>)}
      </text>
      <text className={styles.short} textAnchor="middle" x={x} y={y + 8}>{place + 1}</text>
    </>
  );
}

/** The sign of a line in the drawing, to stand at its words. */
export function LineSign({ of }: { of: "place" | "peers" | "earlier" }) {
  return (
    <svg className={styles.sign} viewBox="0 0 32 12" aria-hidden="true"><path className={styles[of]} d="M1 6H31" />{of === "place" && <circle className={styles.dot} cx={16} cy={6} r={4} />}</svg>
  );
}
