import { expect, test } from "vitest";
import { codeFor, moved, tagsIn, USUAL, withCodes } from "./levels.ts";

test("a level's code is its name in capitals, without accents or blanks", () => {
  expect(codeFor({ en: "City district" }, [])).toBe("CITY_DISTRICT");
  expect(codeFor({ fr: "Métropole élargie" }, [])).toBe("METROPOLE_ELARGIE");
});

test("two levels never share a code, and one without a usable name still has one", () => {
  expect(withCodes([...USUAL, { code: "", names: { en: "local" } }, { code: "", names: { en: "Local!" } }, { code: "", names: { en: "—" } }]).map(({ code }) => code))
    .toEqual(["LOCAL", "REGIONAL", "NATIONAL", "LOCAL_2", "LOCAL_3", "LEVEL"]);
});

test("a level moves by one place, and not out of the list", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, 3)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
});

test("language tags are read with commas or blanks between; what is none is named", () => {
  expect(tagsIn("de, uk pt-BR de")).toEqual({ tags: ["de", "uk", "pt-BR"], wrong: [] });
  expect(tagsIn("german de")).toEqual({ tags: ["de"], wrong: ["german"] });
});
