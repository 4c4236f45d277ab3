/** Coverage, answers and links in plain words. */
import { useLingui } from "@lingui/react/macro";

export function useCoverageWords() {
  const { t } = useLingui();
  return {
    states: { ANSWERED: t`Answered`, PARTLY: t`Answered in part`, OPEN: t`Still open`, DECLINED: t`Declined`, REFERRED: t`Referred` },
    answers: { ACCEPTED: t`Accepted`, PARTLY: t`Accepted in part`, DECLINED: t`Declined`, REFERRED: t`Referred to another level` },
    kinds: { ADDRESSES: t`answers it`, PARTLY: t`answers it in part`, CONTRADICTS: t`stands against it` },
  };
}
