/** The actions of a dialogue, said as something one does. */
import { useLingui } from "@lingui/react/macro";

export function useActionNames() {
  const { t } = useLingui();
  const names: Record<string, string> = {
    READ: t`read`, COMMENT: t`comment`, SUGGEST: t`suggest changes`, EDIT: t`write in the text`,
    TABLE_AMENDMENT: t`table an amendment`, SUBMIT_EVIDENCE: t`submit evidence`, RESPOND: t`answer recommendations`,
    TAKE_POSITION: t`take a position`, FREEZE: t`freeze the text`, OPEN_PROCEDURE: t`open a decision procedure`,
    RECORD: t`seal the record`, PUBLISH: t`publish`, INVITE: t`invite people`, MODERATE: t`moderate`,
  };
  return (action: string) => names[action] ?? action.toLowerCase().replaceAll("_", " ");
}
