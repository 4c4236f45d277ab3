/** What a person chooses when a decision procedure is opened, and how it is said to the server, which judges it. */
import type { VariablesOf } from "../../api/graphql.ts";
import type { OpenProcedureDocument } from "../../api/generated/operations.ts";

export type RuleInput = NonNullable<VariablesOf<typeof OpenProcedureDocument>["input"]["rule"]>;
export type RuleCode = RuleInput["code"];

/** In the order in which they ask for more agreement; the last two decide in another way. */
export const RULES = [
  "SIMPLE_MAJORITY", "ABSOLUTE_MAJORITY", "QUALIFIED_MAJORITY", "UNANIMITY_CAST_WITH_MAJORITY", "CONSENT", "CONSENSUS",
  "PER_LEVEL_ASSENT", "SILENCE_PROCEDURE", "ADVISORY_OPINION",
] as const satisfies readonly RuleCode[];

/** Rules that can pass or fail at one level by itself. */
export const INNER = RULES.filter((code) => code !== "PER_LEVEL_ASSENT" && code !== "ADVISORY_OPINION" && code !== "SILENCE_PROCEDURE");
export const knowsQuorum = (code: RuleCode) => code !== "SILENCE_PROCEDURE" && code !== "ADVISORY_OPINION";

export type Choice = {
  code: RuleCode; inner: RuleCode; levels: readonly string[];
  numerator: number; denominator: number; base: "ENTITLED" | "CAST"; days: number;
  quorum: boolean; quorumNumerator: number; quorumDenominator: number;
};

export const firstChoice = (levels: readonly string[]): Choice => ({
  code: "CONSENSUS", inner: "CONSENSUS", levels, numerator: 2, denominator: 3, base: "ENTITLED", days: 10,
  quorum: false, quorumNumerator: 1, quorumDenominator: 2,
});

/** The chosen rule with those parameters that belong to it, and no others. */
export function ruleInput(choice: Choice): RuleInput {
  const share = { numerator: choice.numerator, denominator: choice.denominator, base: choice.base };
  const quorum = choice.quorum && knowsQuorum(choice.code) ? { quorumNumerator: choice.quorumNumerator, quorumDenominator: choice.quorumDenominator } : {};
  switch (choice.code) {
    case "QUALIFIED_MAJORITY":
      return { code: choice.code, ...share, ...quorum };
    case "PER_LEVEL_ASSENT":
      return { code: choice.code, levels: [...choice.levels], inner: { code: choice.inner, ...(choice.inner === "QUALIFIED_MAJORITY" ? share : {}) }, ...quorum };
    case "SILENCE_PROCEDURE":
      return { code: choice.code, days: choice.days };
    default:
      return { code: choice.code, ...quorum };
  }
}
