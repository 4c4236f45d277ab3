/** What sort of text a document is. */
import { useLingui } from "@lingui/react/macro";

export const DOCUMENT_KINDS = ["STRATEGY", "POSITION_PAPER", "PROTOCOL", "PLAN", "MINUTES", "PROFILE", "NOTE"] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export function useDocumentKinds(): Record<DocumentKind, string> {
  const { t } = useLingui();
  return {
    STRATEGY: t`Strategy`, POSITION_PAPER: t`Position paper`, PROTOCOL: t`Protocol`, PLAN: t`Action plan`,
    MINUTES: t`Minutes`, PROFILE: t`Profile`, NOTE: t`Note`,
  };
}
