import { expect, test } from "vitest";
import { canonical, fingerprint, groups } from "./fingerprint.ts";

test("keys are sorted by their UTF-16 units, nothing is spaced, text is written just so", () => {
  expect(canonical({ b: [1, true, null], a: "é\n€", "\ufb33": 0, "😀": 1, "€": 2 })).toBe('{"a":"é\\n€","b":[1,true,null],"€":2,"😀":1,"\ufb33":0}');
});

test("a fraction has no fingerprint, since readers would spell it in different ways", () => {
  expect(() => canonical({ share: 0.5 })).toThrow(TypeError);
});

test("one changed letter changes the fingerprint", async () => {
  const sealed = await fingerprint({ reasons: "Because it works." });
  expect(sealed).toMatch(/^[0-9a-f]{64}$/);
  expect(await fingerprint({ reasons: "Because it works!" })).not.toBe(sealed);
  expect(groups(sealed ?? "")).toHaveLength(8);
});
