/** The actions and roles of a dialogue, as one says them. */
import { useLingui } from "@lingui/react/macro";

const plainly = (code: string) => code.toLowerCase().replaceAll("_", " ");

export function useActionNames() {
  const { t } = useLingui();
  const names: Record<string, string> = {
    READ: t`read`, COMMENT: t`comment`, NOTE: t`write a closed note`, SUGGEST: t`suggest changes`, EDIT: t`write in the text`,
    LINK_EVIDENCE: t`link clauses to recommendations`, SUBMIT_EVIDENCE: t`submit evidence`, RECORD_EVIDENCE: t`record results`,
    RESPOND: t`answer recommendations`, CHECK_RESPONSES: t`check the answers`, FREEZE: t`freeze the text`,
    TABLE_AMENDMENT: t`table an amendment`, ANSWER_AMENDMENT: t`accept or maintain an amendment`, SETTLE_AMENDMENT: t`settle amendments`,
    DECLARE_READY: t`declare your delegation ready`, GIVE_OPINION: t`give an opinion`,
    TAKE_POSITION: t`take a position`, CONFIRM_POSITION: t`confirm a position`,
    OPEN_PROCEDURE: t`open a decision procedure`, CLOSE_PROCEDURE: t`close a decision procedure`, ATTACH_STATEMENT: t`attach a statement`,
    REFER: t`refer the matter to those who sent you`, RECORD: t`seal the record`, RECORD_ADOPTION: t`record a formal adoption`,
    PUBLISH: t`publish`, FILE_REPORT: t`file a progress report`, FILE_MANDATE: t`file a mandate`,
    INVITE: t`invite delegations`, SEAT: t`seat delegates`, GRANT_ROLE: t`give roles`, SEND_NOTICE: t`send the notice of meeting`,
    TAKE_MINUTES: t`take the minutes`, STATE_FACT: t`record what happened`, MODERATE: t`run the process`,
  };
  return (action: string) => names[action] ?? plainly(action);
}

export function useRoleNames() {
  const { t } = useLingui();
  const names: Record<string, string> = {
    MODERATOR: t`moderator`, RAPPORTEUR: t`rapporteur`, DELEGATE: t`delegate`, HEAD: t`head of delegation`, CONSULTED: t`consulted body`,
    EXPERT: t`expert`, OBSERVER: t`observer`, STAKEHOLDER: t`stakeholder`, COORDINATOR: t`city co-ordinator`, SECRETARIAT: t`secretariat`,
    ADMINISTRATOR: t`administrator of the lab`, MEMBER: t`member of the lab`, READER: t`reader`,
  };
  return (role: string) => names[role] ?? plainly(role);
}
