/** What can become of an amendment: accepted, merged into the draft, rejected with reasons, withdrawn by its delegation. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { AcceptAmendmentDocument, type AmendmentLineFragment, MergeAmendmentDocument, RejectAmendmentDocument, WithdrawAmendmentDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { permit } from "../../api/permits.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextArea } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import styles from "./Amendments.module.css";

type Line = ResultOf<typeof AmendmentLineFragment>;

export function AmendmentSteps({ amendment }: { amendment: Line }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState<"accept" | "reject" | "withdraw">();
  const [merge, merging] = useVerb(MergeAmendmentDocument);
  const [withdraw, withdrawing] = useVerb(WithdrawAmendmentDocument);
  const shut = () => setAsked(undefined);
  const may = (action: string) => permit(action, amendment.viewerCan)?.allowed ?? false;
  const settled = amendment.state === "MERGED" || amendment.state === "REJECTED";
  if (!["ACCEPT", "MERGE", "REJECT", "WITHDRAW"].some(may)) return null;
  const of = amendment.delegation.organisation.name;
  return (
    <div className={styles.steps} data-screen-only>
      {may("ACCEPT") && <Button size="small" label={settled ? t`Accept what became of it` : t`Accept the amendment of ${of}`} onClick={() => setAsked("accept")}>{settled ? <Trans>Accept what became of it</Trans> : <Trans>Accept</Trans>}</Button>}
      {may("MERGE") && <Button size="small" label={t`Merge the amendment of ${of}`} waiting={merging.waiting} onClick={() => void merge({ amendmentId: amendment.id })}><Trans>Merge</Trans></Button>}
      {may("REJECT") && <Button size="small" kind="plain" label={t`Reject the amendment of ${of}`} onClick={() => setAsked("reject")}><Trans>Reject</Trans></Button>}
      {may("WITHDRAW") && <Button size="small" kind="plain" onClick={() => setAsked("withdraw")}><Trans>Withdraw</Trans></Button>}
      <RefusalNotice refusal={merging.refusal} />
      <Dialog open={asked === "accept"} onClose={shut} title={settled ? t`Accept what became of it` : t`Accept the amendment of ${of}`}><Settle id={amendment.id} as="accept" onDone={shut} /></Dialog>
      <Dialog open={asked === "reject"} onClose={shut} title={t`Reject the amendment of ${of}`}><Settle id={amendment.id} as="reject" onDone={shut} /></Dialog>
      <Dialog open={asked === "withdraw"} onClose={shut} title={t`Withdraw the amendment`}>
        <Form onSend={() => void withdraw({ amendmentId: amendment.id }).then((made) => { if (made) shut(); })}
          buttons={<><Button kind="danger" type="submit" waiting={withdrawing.waiting}><Trans>Withdraw</Trans></Button><Button onClick={shut}><Trans>Keep it</Trans></Button></>}>
          <p><Trans>It stays readable here as withdrawn. You can table another one while amendments are taken.</Trans></p>
          <RefusalNotice refusal={withdrawing.refusal} />
        </Form>
      </Dialog>
    </div>
  );
}

function Settle({ id, as, onDone }: { id: string; as: "accept" | "reject"; onDone: () => void }) {
  const { t } = useLingui();
  const [reasons, setReasons] = useState("");
  const [accept, accepting] = useVerb(AcceptAmendmentDocument);
  const [reject, rejecting] = useVerb(RejectAmendmentDocument);
  const { waiting, refusal } = as === "accept" ? accepting : rejecting;
  const send = async () => {
    const made = as === "accept" ? await accept({ amendmentId: id, reasons: reasons.trim() || null }) : await reject({ amendmentId: id, reasons });
    if (made) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}>{as === "accept" ? <Trans>Accept</Trans> : <Trans>Reject</Trans>}</Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <TextArea label={t`Reasons`} hint={as === "reject" ? t`The delegation and everybody in the dialogue read them.` : t`If you wish to say more.`} required={as === "reject"} value={reasons} onChange={setReasons} startHere problem={problemOf(refusal, "reasons")} />
      <RefusalNotice refusal={refusal} fields={["reasons"]} />
    </Form>
  );
}
