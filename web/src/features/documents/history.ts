/** What a text's past is read from: spells of writing, and spans of words by their authors. Pure. */

export type SpellPlace = { fromPosition: number; position: number };

/** The spell that a position of the log lies in: of several, the one that ended first. */
export function spellAt<Spell extends SpellPlace>(spells: readonly Spell[], position: number): Spell | undefined {
  return spells
    .filter((spell) => spell.fromPosition <= position && position <= spell.position)
    .toSorted((one, two) => one.position - two.position)[0];
}

/** The ends of spells before and after a position, where one can step to; `null` where there is none. */
export function steps(spells: readonly SpellPlace[], position: number): { earlier: number | null; later: number | null } {
  const ends = [0, ...spells.map((spell) => spell.position)].toSorted((one, two) => one - two);
  return {
    earlier: ends.findLast((end) => end < position) ?? null,
    later: ends.find((end) => end > position) ?? null,
  };
}

export type Span = { sectionId: string | null; text: string; level: string | null };

/** The spans of each clause, in reading order. */
export function spansByClause<Kind extends Span>(spans: readonly Kind[]): Map<string | null, Kind[]> {
  const clauses = new Map<string | null, Kind[]>();
  for (const span of spans) {
    const own = clauses.get(span.sectionId) ?? [];
    own.push(span);
    clauses.set(span.sectionId, own);
  }
  return clauses;
}

/** How much of some words each level wrote, the most first; line breaks are nobody's. */
export function sharesOf(spans: readonly Span[]): { level: string | null; share: number }[] {
  const counts = new Map<string | null, number>();
  for (const { level, text } of spans) counts.set(level, (counts.get(level) ?? 0) + [...text.replaceAll("\n", "")].length);
  const whole = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([level, count]) => ({ level, share: count / whole }))
    .toSorted((one, two) => two.share - one.share);
}
