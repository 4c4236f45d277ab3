/** The order of a coverage table: what is missing comes first; clauses stand across in the order of the text. */
const URGENCY = { OPEN: 0, PARTLY: 1, REFERRED: 2, DECLINED: 3, ANSWERED: 4 } as const;
type State = keyof typeof URGENCY;

type Link = { sectionId: string; number: string | null; heading: string | null; document: { id: string } };
type Row = { state: State; recommendation: { number: string }; links: readonly Link[] };

const byNumber = new Intl.Collator("en", { numeric: true }).compare;

export const missingFirst = <One extends Row>(rows: readonly One[]) =>
  rows.toSorted((a, b) => URGENCY[a.state] - URGENCY[b.state] || byNumber(a.recommendation.number, b.recommendation.number));

/** The clauses that answer anything, each once. */
export function clausesAcross(rows: readonly Row[]) {
  const clauses = new Map<string, Link>();
  for (const { links } of rows) for (const link of links) clauses.set(link.sectionId, link);
  return [...clauses.values()].toSorted((a, b) => a.document.id.localeCompare(b.document.id) || byNumber(a.number ?? "\uffff", b.number ?? "\uffff"));
}

/** How one clause answers one recommendation, as a sign: whole, in part, against it, or to be looked at again. */
export function cellState(link: { kind: "ADDRESSES" | "PARTLY" | "CONTRADICTS"; state: "CONFIRMED" | "TO_BE_CONFIRMED" }): "ANSWERED" | "PARTLY" | "OPEN" | "DECLINED" {
  if (link.kind === "CONTRADICTS") return "DECLINED";
  if (link.state === "TO_BE_CONFIRMED") return "OPEN";
  return link.kind === "ADDRESSES" ? "ANSWERED" : "PARTLY";
}
