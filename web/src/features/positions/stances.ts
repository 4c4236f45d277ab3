/** The stances in words. */
import { useLingui } from "@lingui/react/macro";
import type { StanceCode } from "../../ui/icons.tsx";

export function useStanceNames(): Record<StanceCode, string> {
  const { t } = useLingui();
  return {
    SUPPORT: t`Support`, SUPPORT_WITH_RESERVATION: t`Support with reservation`, CONDITIONAL: t`Support on condition`,
    ABSTAIN: t`Abstain`, OBJECT: t`Object`, NOT_COMPETENT: t`Outside our powers`, NONE: t`No position`,
  };
}
