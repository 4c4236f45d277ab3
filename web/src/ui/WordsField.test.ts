import { expect, test } from "vitest";
import { asTexts } from "./WordsField.tsx";

test("only languages with words are sent, without blanks around them, in the order asked for", () => {
  expect(asTexts({ fr: " Toit ", en: "Roof", de: "Dach", it: "  " }, ["en", "fr", "it"])).toEqual([
    { language: "en", text: "Roof" }, { language: "fr", text: "Toit" },
  ]);
});
