import { expect, test } from "vitest";
import { readContent } from "./content.ts";

test("reasons are read in the reader's language, else in one that is there", () => {
  expect(readContent({ reasons: { en: "It works.", fr: "Cela marche." } }, "fr").reasons).toBe("Cela marche.");
  expect(readContent({ reasons: { en: "It works." } }, "fr").reasons).toBe("It works.");
  expect(readContent({ reasons: "It works.", followUp: "Budget by May." }, "fr")).toEqual({ reasons: "It works.", followUp: "Budget by May." });
});

test("a draft without words has none", () => expect(readContent(null, "en")).toEqual({ reasons: "", followUp: "" }));
