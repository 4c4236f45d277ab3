/** The order of a consolidation table: clause by clause as the text has them, waiting amendments first. */
type Line = { id: string; sectionId: string; state: string; createdAt: string };
type Clause = { sectionId: string; number: string; heading: string | null; text: string };

export function byClause<Amendment extends Line, Section extends Clause>(amendments: readonly Amendment[], sections: readonly Section[]) {
  const place = new Map(sections.map((section, at) => [section.sectionId, at]));
  const groups = new Map<string, Amendment[]>();
  for (const amendment of amendments) groups.set(amendment.sectionId, [...(groups.get(amendment.sectionId) ?? []), amendment]);
  return [...groups]
    .map(([sectionId, found]) => ({
      sectionId, section: sections[place.get(sectionId) ?? -1],
      amendments: found.toSorted((a, b) => Number(b.state === "TABLED") - Number(a.state === "TABLED") || a.createdAt.localeCompare(b.createdAt)),
    }))
    .toSorted((a, b) => (place.get(a.sectionId) ?? sections.length) - (place.get(b.sectionId) ?? sections.length));
}

type Run = { kind: string; text: string };

/** One side of a comparison: the words before (what goes is marked) or after (what comes is marked). */
export const side = <One extends Run>(runs: readonly One[], which: "before" | "after") =>
  runs.filter(({ kind }) => kind !== (which === "before" ? "INSERTED" : "DELETED"));
