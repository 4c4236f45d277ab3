/** What sort of body an organisation is. */
import { useLingui } from "@lingui/react/macro";

export const ORGANISATION_KINDS = ["CITY", "REGION", "MINISTRY", "AGENCY", "ASSOCIATION", "NETWORK", "NGO", "SOCIAL_PARTNER", "ACADEMIA", "EQUALITY_BODY", "POLICE", "INTERNATIONAL", "OTHER"] as const;
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number];

export function useOrganisationKinds() {
  const { t } = useLingui();
  const kinds: Record<OrganisationKind, string> = {
    CITY: t`City or municipality`, REGION: t`Region`, MINISTRY: t`Ministry`, AGENCY: t`Agency`, ASSOCIATION: t`Association of authorities`, NETWORK: t`Network`,
    NGO: t`Non-governmental organisation`, SOCIAL_PARTNER: t`Social partner`, ACADEMIA: t`University or research body`, EQUALITY_BODY: t`Equality body`,
    POLICE: t`Police`, INTERNATIONAL: t`International organisation`, OTHER: t`Other`,
  };
  return kinds;
}
