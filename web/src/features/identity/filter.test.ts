import { expect, test } from "vitest";
import { having } from "./filter.ts";

const names = ["Ministère de l’Inclusion", "Marrow Bay", "North Vale"];

test("words are found in any order, without their accents and in small letters", () => {
  expect(having(names, "inclusion ministere", (name) => name)).toEqual([names[0]]);
});
test("nothing typed keeps everything", () => expect(having(names, "  ", (name) => name)).toEqual(names));
test("every word must be there", () => expect(having(names, "marrow vale", (name) => name)).toEqual([]));
