/** Rules, outcomes and states in plain words. */
import { useLingui } from "@lingui/react/macro";
import type { RuleCode } from "./rules.ts";

export function useRuleNames(): Record<RuleCode, { name: string; hint: string }> {
  const { t } = useLingui();
  return {
    SIMPLE_MAJORITY: { name: t`Simple majority`, hint: t`More delegations for than against.` },
    ABSOLUTE_MAJORITY: { name: t`Absolute majority`, hint: t`More than half of all entitled are in favour; whoever stays silent counts too.` },
    QUALIFIED_MAJORITY: { name: t`Qualified majority`, hint: t`A larger share must be in favour; you name the share.` },
    UNANIMITY_CAST_WITH_MAJORITY: { name: t`Nobody against, and a majority for`, hint: t`No delegation is against, and more than half of all entitled are in favour.` },
    CONSENT: { name: t`Consent`, hint: t`No objection with reasons stands. One without reasons becomes a reservation.` },
    CONSENSUS: { name: t`Consensus`, hint: t`Nobody is against. Reservations are recorded and do not block.` },
    PER_LEVEL_ASSENT: { name: t`Each level assents by itself`, hint: t`Every level of government that you name must say yes, under the rule that you choose for each.` },
    SILENCE_PROCEDURE: { name: t`Silence procedure`, hint: t`Adopted unless somebody objects in time. An objection takes it to a session.` },
    ADVISORY_OPINION: { name: t`Opinions only`, hint: t`Nothing passes or fails: each delegation's opinion is recorded.` },
  };
}

export type OutcomeCode = "ADOPTED" | "NOT_ADOPTED" | "INCONCLUSIVE" | "OPINION_GIVEN" | "ESCALATED" | "WITHDRAWN";

export function useOutcomeNames(): Record<OutcomeCode, string> {
  const { t } = useLingui();
  return {
    ADOPTED: t`Adopted`, NOT_ADOPTED: t`Not adopted`, INCONCLUSIVE: t`Inconclusive`, OPINION_GIVEN: t`Opinions given`,
    ESCALATED: t`Taken to a session`, WITHDRAWN: t`Withdrawn`,
  };
}

/** How an outcome looks as a small sign. */
export const outcomeKind = (outcome: OutcomeCode) => (outcome === "ADOPTED" ? "good" : outcome === "NOT_ADOPTED" ? "danger" : "plain");
