import { expect, test } from "vitest";
import { firstChoice, ruleInput } from "./rules.ts";

const choice = firstChoice(["local", "national"]);

test("a rule takes along only the parameters that belong to it", () => {
  expect(ruleInput(choice)).toEqual({ code: "CONSENSUS" });
  expect(ruleInput({ ...choice, code: "QUALIFIED_MAJORITY" })).toEqual({ code: "QUALIFIED_MAJORITY", numerator: 2, denominator: 3, base: "ENTITLED" });
  expect(ruleInput({ ...choice, code: "SILENCE_PROCEDURE", days: 5 })).toEqual({ code: "SILENCE_PROCEDURE", days: 5 });
});

test("assent by level names its levels and the rule of each, with that rule's share", () => {
  expect(ruleInput({ ...choice, code: "PER_LEVEL_ASSENT", inner: "QUALIFIED_MAJORITY" })).toEqual({
    code: "PER_LEVEL_ASSENT", levels: ["local", "national"],
    inner: { code: "QUALIFIED_MAJORITY", numerator: 2, denominator: 3, base: "ENTITLED" },
  });
});

test("a quorum goes along where the rule knows one", () => {
  const asked = { ...choice, quorum: true };
  expect(ruleInput(asked)).toEqual({ code: "CONSENSUS", quorumNumerator: 1, quorumDenominator: 2 });
  expect(ruleInput({ ...asked, code: "SILENCE_PROCEDURE" })).toEqual({ code: "SILENCE_PROCEDURE", days: 10 });
  expect(ruleInput({ ...asked, code: "ADVISORY_OPINION" })).toEqual({ code: "ADVISORY_OPINION" });
});
