import { expect, test } from "vitest";
import { momentOf, morningIn, writtenOf } from "./moments.ts";

test("what a date field shows and what is sent are the same moment", () => {
  const moment = new Date("2026-03-28T22:30:00Z");
  expect(momentOf(writtenOf(moment))).toBe("2026-03-28T22:30:00.000Z");
});

test("an empty or broken date is no moment", () => {
  expect(momentOf("")).toBeUndefined();
  expect(momentOf("soon")).toBeUndefined();
});

test("a morning some days on crosses the end of a month", () => expect(morningIn(21, new Date(2026, 10, 25, 18, 5))).toBe("2026-12-16T10:00"));
