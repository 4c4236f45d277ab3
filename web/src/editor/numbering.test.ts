import { expect, test } from "vitest";
import { numbersOf } from "./numbering.ts";

const heading = (level: number) => ({ type: "heading", level });
const clause = { type: "clause" };
const paragraph = { type: "paragraph" };

test("clauses count under the heading they stand in, headings under the one above them", () => {
  expect(numbersOf([heading(1), clause, clause, heading(2), clause, heading(1), clause])).toEqual(["1", "1.1", "1.2", "1.3", "1.3.1", "2", "2.1"]);
});

test("what is no clause has no number and takes none away", () => {
  expect(numbersOf([paragraph, heading(1), paragraph, clause])).toEqual([undefined, "1", undefined, "1.1"]);
});

test("without a heading clauses count by themselves", () => {
  expect(numbersOf([clause, clause, heading(3), { type: "measure" }])).toEqual(["1", "2", "3", "3.1"]);
});
