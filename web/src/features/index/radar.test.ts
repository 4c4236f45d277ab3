import { expect, test } from "vitest";
import { at, CENTRE, label, outline, RADIUS, wrapped } from "./radar.ts";

test("the first axis stands upright, and nothing lies in the centre", () => {
  expect(at(0, 4, 1)).toEqual({ x: CENTRE, y: CENTRE - RADIUS });
  expect(at(1, 4, 1)).toEqual({ x: CENTRE + RADIUS, y: CENTRE });
  expect(at(3, 7, 0)).toEqual({ x: CENTRE, y: CENTRE });
});

test("a known round is closed; a value that is not known leaves a gap instead of a nought", () => {
  expect(outline([50, 50, 50])).toMatch(/^M[\d. ]+(L[\d. ]+){2}Z$/);
  const gap = outline([50, null, 50, 50]);
  expect(gap.match(/M/g)).toHaveLength(2);
  expect(gap).not.toContain("Z");
  expect(outline([null, null, 50])).toBe("");
});

test("words run away from the drawing", () => expect([label(0, 4).anchor, label(1, 4).anchor, label(3, 4).anchor]).toEqual(["middle", "start", "end"]));

test("names break between words", () => expect(wrapped("Intercultural intelligence and competence")).toEqual(["Intercultural", "intelligence and", "competence"]));
