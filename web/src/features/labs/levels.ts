/** The levels of government of a new lab, as they are put together in its form. */
import type { Words } from "../../ui/WordsField.tsx";

export type LevelRow = { code: string; names: Words };

/** Where most labs begin; the codes are those that workflows know. */
export const USUAL: readonly LevelRow[] = [
  { code: "LOCAL", names: { en: "Local", fr: "Local" } },
  { code: "REGIONAL", names: { en: "Regional", fr: "Régional" } },
  { code: "NATIONAL", names: { en: "National", fr: "National" } },
];

/** A code for a level, made of its name: capitals, no accents, and not one that is taken. */
export function codeFor(names: Words, taken: readonly string[]): string {
  const name = names["en"] || Object.values(names).find((word) => word.trim() !== "") || "";
  const code = name.normalize("NFD").replaceAll(/\p{M}/gu, "").toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "").slice(0, 36) || "LEVEL";
  let free = code;
  for (let next = 2; taken.includes(free); next += 1) free = `${code}_${next}`;
  return free;
}

/** Every row with a code: new rows get theirs from their name, known ones keep it. */
export function withCodes(rows: readonly LevelRow[]): LevelRow[] {
  const taken = rows.flatMap(({ code }) => (code ? [code] : []));
  return rows.map((row) => {
    if (row.code) return row;
    const code = codeFor(row.names, taken);
    taken.push(code);
    return { ...row, code };
  });
}

export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return [...items];
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}

const TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** Language tags out of what somebody typed, and what in it is none. */
export function tagsIn(typed: string): { tags: string[]; wrong: string[] } {
  const parts = typed.split(/[\s,;]+/).filter(Boolean);
  return { tags: [...new Set(parts.filter((part) => TAG.test(part)))], wrong: parts.filter((part) => !TAG.test(part)) };
}
