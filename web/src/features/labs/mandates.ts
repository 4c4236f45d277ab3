/** How a mandate stands, as one says it; and the sign that goes with it. */
import { useLingui } from "@lingui/react/macro";

type Kind = "plain" | "good" | "needs" | "danger";

export function useMandateStates() {
  const { t } = useLingui();
  const states: Record<string, { words: string; kind: Kind }> = {
    VALID: { words: t`mandate valid`, kind: "good" }, AD_REFERENDUM: { words: t`ad referendum`, kind: "needs" },
    NONE: { words: t`no mandate on file`, kind: "needs" }, FUTURE: { words: t`mandate not yet valid`, kind: "needs" },
    EXPIRED: { words: t`mandate expired`, kind: "danger" }, REVOKED: { words: t`mandate revoked`, kind: "danger" },
  };
  return (state: string) => states[state] ?? { words: state.toLowerCase(), kind: "plain" as const };
}
