import { expect, test } from "vitest";
import { byClause, side } from "./amendments.ts";

const section = (sectionId: string) => ({ sectionId, number: sectionId, heading: null, text: "" });
const amendment = (id: string, sectionId: string, state: string, createdAt: string) => ({ id, sectionId, state, createdAt });

test("clauses come in the order of the text, and those waiting before those settled", () => {
  const table = byClause(
    [amendment("a", "2.1", "REJECTED", "1"), amendment("b", "1.1", "TABLED", "2"), amendment("c", "2.1", "TABLED", "3"), amendment("d", "gone", "TABLED", "4")],
    [section("1.1"), section("2.1")],
  );
  expect(table.map(({ sectionId, amendments }) => [sectionId, amendments.map(({ id }) => id)])).toEqual([["1.1", ["b"]], ["2.1", ["c", "a"]], ["gone", ["d"]]]);
});

test("before has what goes, after has what comes", () => {
  const runs = [{ kind: "EQUAL", text: "within " }, { kind: "DELETED", text: "twelve" }, { kind: "INSERTED", text: "six" }, { kind: "EQUAL", text: " months" }];
  expect(side(runs, "before").map(({ text }) => text).join("")).toBe("within twelve months");
  expect(side(runs, "after").map(({ text }) => text).join("")).toBe("within six months");
});
