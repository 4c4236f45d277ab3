import { expect, test } from "vitest";
import { cellState, clausesAcross, missingFirst } from "./coverage.ts";

const link = (sectionId: string, number: string | null) => ({ sectionId, number, heading: null, document: { id: "one" } });
const row = (number: string, state: "OPEN" | "PARTLY" | "ANSWERED", links = new Array<ReturnType<typeof link>>()) => ({ state, recommendation: { number }, links });

test("what is missing comes first, then by number as people count", () => {
  expect(missingFirst([row("R10", "OPEN"), row("R1", "ANSWERED"), row("R2", "OPEN"), row("R3", "PARTLY")]).map(({ recommendation }) => recommendation.number)).toEqual(["R2", "R10", "R3", "R1"]);
});

test("each clause stands across once, in the order of the text; one that is gone comes last", () => {
  const rows = [row("R1", "ANSWERED", [link("c", "10.1"), link("gone", null)]), row("R2", "PARTLY", [link("a", "2.1"), link("c", "10.1")])];
  expect(clausesAcross(rows).map(({ sectionId }) => sectionId)).toEqual(["a", "c", "gone"]);
});

test("a link to a clause that changed is open until somebody confirms it", () => {
  expect(cellState({ kind: "ADDRESSES", state: "CONFIRMED" })).toBe("ANSWERED");
  expect(cellState({ kind: "ADDRESSES", state: "TO_BE_CONFIRMED" })).toBe("OPEN");
  expect(cellState({ kind: "CONTRADICTS", state: "TO_BE_CONFIRMED" })).toBe("DECLINED");
});
