import { expect, test } from "vitest";
import { byUrgency } from "./order.ts";

const meeting = (state: string, day: number) => ({ state, startsAt: `2026-11-${day}T10:00:00Z` });

test("what goes on comes first, then what comes next, then what was last", () => {
  const sorted = byUrgency([meeting("HELD", 10), meeting("PLANNED", 28), meeting("CANCELLED", 12), meeting("OPEN", 25), meeting("PLANNED", 26)]);
  expect(sorted.map(({ state, startsAt }) => `${state} ${startsAt.slice(8, 10)}`)).toEqual(["OPEN 25", "PLANNED 26", "PLANNED 28", "CANCELLED 12", "HELD 10"]);
});
