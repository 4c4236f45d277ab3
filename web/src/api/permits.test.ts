import { expect, test } from "vitest";
import { permit } from "./permits.ts";

const dialogue = [{ action: "CLOSE", allowed: true, whyNot: null }];

test("what the thing itself says goes before what its dialogue says", () => {
  expect(permit("CLOSE", [{ action: "CLOSE", allowed: false, why: "It is closed." }], dialogue)).toEqual({ allowed: false, why: "It is closed." });
  expect(permit("CLOSE", [], dialogue)).toEqual({ allowed: true, why: null });
});

test("an action that nobody speaks of is not offered", () => expect(permit("REFER", dialogue)).toBeUndefined());
