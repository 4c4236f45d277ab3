/** One family of marks: levels of government by shape first, stances by glyph. Drawn, never typed. */
import type { ReactNode } from "react";

type Size = "small" | "normal";

function Drawing({ children, label, size = "normal", colour }: { children: ReactNode; label?: string | undefined; size?: Size; colour?: string }) {
  const side = size === "small" ? "var(--pl-icon-small)" : "var(--pl-icon)";
  return (
    <svg viewBox="0 0 20 20" style={{ width: side, height: side, color: colour, flex: "none", verticalAlign: "text-bottom" }}
      fill="none" stroke="currentColor" strokeWidth={2} strokeLinecap="round" strokeLinejoin="round"
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}>
      {children}
    </svg>
  );
}

const SHAPES: ReactNode[] = [
  <circle key="disc" cx="10" cy="10" r="6" />,
  <path key="diamond" d="M10 2.5 17.5 10 10 17.5 2.5 10Z" />,
  <path key="square" d="M4 4h12v12H4Z" />,
  <path key="triangle" d="M10 3 17.5 16.5h-15Z" />,
  <path key="pentagon" d="m10 2.5 7.5 5.5-2.9 8.8H5.4L2.5 8Z" />,
  <path key="hexagon" d="m10 2.2 6.8 3.9v7.8L10 17.8l-6.8-3.9V6.1Z" />,
];

/** The hue of a level, by its order in the lab; series repeat after six. */
export const levelHue = (order: number) => `var(--pl-level-${order % SHAPES.length})`;

/** The mark of a level of government: shape first, then colour. */
export function LevelMark({ order, label, size = "small" }: { order: number; label?: string | undefined; size?: Size }) {
  return (
    <Drawing label={label} size={size} colour={levelHue(order)}>
      <g fill="currentColor" stroke="none">{SHAPES[order % SHAPES.length]}</g>
    </Drawing>
  );
}

export type StanceCode = "SUPPORT" | "SUPPORT_WITH_RESERVATION" | "CONDITIONAL" | "ABSTAIN" | "OBJECT" | "NOT_COMPETENT" | "NONE";

const STANCES: Record<StanceCode, { drawing: ReactNode; colour: string }> = {
  SUPPORT: { drawing: <path d="m4 10.5 4 4L16 6" />, colour: "var(--pl-good)" },
  SUPPORT_WITH_RESERVATION: { drawing: <><path d="m2.5 10.5 3.5 4L13 6" /><circle cx="16.5" cy="14.5" r="1.2" fill="currentColor" /></>, colour: "var(--pl-good)" },
  CONDITIONAL: { drawing: <path d="M5 3h10M5 17h10M6 3c0 4 8 4.5 8 7s-8 3-8 7M14 3c0 4-8 4.5-8 7s8 3 8 7" />, colour: "var(--pl-needs)" },
  ABSTAIN: { drawing: <path d="M4.5 10h11" />, colour: "var(--pl-quiet)" },
  OBJECT: { drawing: <path d="m5 5 10 10M15 5 5 15" />, colour: "var(--pl-danger)" },
  NOT_COMPETENT: { drawing: <><circle cx="10" cy="10" r="6" /><path d="M4 16 16 4" /></>, colour: "var(--pl-quiet)" },
  NONE: { drawing: <circle cx="10" cy="10" r="5.5" strokeWidth="1.5" />, colour: "var(--pl-edge)" },
};

/** Where a delegation stands, as a glyph. Beside a word it needs no label of its own. */
export function StanceGlyph({ stance, label, size }: { stance: StanceCode; label?: string | undefined; size?: Size }) {
  const { drawing, colour } = STANCES[stance];
  return <Drawing label={label} size={size ?? "normal"} colour={colour}>{drawing}</Drawing>;
}

export type CoverCode = "ANSWERED" | "PARTLY" | "OPEN" | "DECLINED" | "REFERRED";

/** How far a recommendation is answered: filled, half or open; declined and referred have their own. */
export function CoverGlyph({ state, label }: { state: CoverCode; label?: string | undefined }) {
  const ring = <circle cx="10" cy="10" r="6.5" />;
  const inner: Record<CoverCode, ReactNode> = {
    ANSWERED: <circle cx="10" cy="10" r="6.5" fill="currentColor" />,
    PARTLY: <>{ring}<path d="M10 3.5a6.5 6.5 0 0 0 0 13Z" fill="currentColor" stroke="none" /></>,
    OPEN: ring,
    DECLINED: <>{ring}<path d="m7.5 7.5 5 5m0-5-5 5" /></>,
    REFERRED: <>{ring}<path d="M7 10h6m-2.5-2.5L13 10l-2.5 2.5" /></>,
  };
  const colour = state === "OPEN" ? "var(--pl-needs)" : state === "DECLINED" ? "var(--pl-quiet)" : "var(--pl-level-0)";
  return <Drawing label={label} colour={colour}>{inner[state]}</Drawing>;
}

/** The house's own sign: three levels at one table. */
export function HouseMark() {
  return (
    <Drawing colour="var(--pl-act)">
      <g fill="currentColor" stroke="none"><circle cx="5" cy="14" r="3" /><path d="m10 2 3.5 3.5L10 9 6.5 5.5Z" /><path d="M12.5 11.5h5v5h-5Z" /></g>
    </Drawing>
  );
}
