import { expect, test } from "vitest";
import { sharesOf, spansByClause, spellAt, steps } from "./history.ts";

const spells = [{ fromPosition: 5, position: 9 }, { fromPosition: 2, position: 7 }, { fromPosition: 1, position: 1 }];

test("a position belongs to the spell that ended first among those around it", () => {
  expect(spellAt(spells, 6)).toBe(spells[1]);
  expect(spellAt(spells, 9)).toBe(spells[0]);
  expect(spellAt(spells, 0)).toBeUndefined();
});

test("one steps from the end of one spell to that of the next, and back to before the first word", () => {
  expect(steps(spells, 8)).toEqual({ earlier: 7, later: 9 });
  expect(steps(spells, 9)).toEqual({ earlier: 7, later: null });
  expect(steps(spells, 1)).toEqual({ earlier: 0, later: 7 });
  expect(steps(spells, 0)).toEqual({ earlier: null, later: 1 });
});

const spans = [
  { sectionId: "a", text: "Aims", level: null }, { sectionId: "b", text: "Cities 🌍\n", level: "LOCAL" },
  { sectionId: "b", text: "pay", level: "NATIONAL" }, { sectionId: "b", text: "!", level: "LOCAL" },
];

test("each clause has its own words in their order", () => {
  expect([...spansByClause(spans)].map(([clause, own]) => [clause, own.map(({ text }) => text).join("")])).toEqual([
    ["a", "Aims"], ["b", "Cities 🌍\npay!"],
  ]);
});

test("shares count letters as people do, and line breaks not at all", () => {
  expect(sharesOf(spans.slice(1))).toEqual([{ level: "LOCAL", share: 9 / 12 }, { level: "NATIONAL", share: 3 / 12 }]);
  expect(sharesOf([])).toEqual([]);
});
