/** Files the paper under which a delegation acts. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { FileMandateDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { CheckField, DateField, TextArea, TextField } from "../../ui/fields.tsx";
import { Form, Row } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";

const today = () => new Date().toLocaleDateString("sv-SE");

export function FileMandate({ delegation, onDone }: { delegation: { id: string; organisation: { name: string } }; onDone: () => void }) {
  const { t } = useLingui();
  const [file, { waiting, refusal }] = useVerb(FileMandateDocument);
  const [issuingBody, setIssuingBody] = useState("");
  const [issuedOn, setIssuedOn] = useState(today);
  const [scope, setScope] = useState("");
  const [limits, setLimits] = useState("");
  const [validFrom, setValidFrom] = useState(today);
  const [validTo, setValidTo] = useState("");
  const [paper, setPaper] = useState("");
  const [adReferendum, setAdReferendum] = useState(false);
  const send = async () => {
    const made = await file({ delegationId: delegation.id, issuingBody, issuedOn, scope, limits: limits || null, validFrom, validTo: validTo || null, paper: paper || null, adReferendum });
    if (made) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!issuingBody.trim() || !scope.trim()}><Trans>File the mandate</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <p><Trans>For the delegation of {delegation.organisation.name}. The decision record names it; only a revocation ends it early.</Trans></p>
      <TextField label={t`Issued by`} hint={t`The body that sends you, such as the city council.`} required value={issuingBody} onChange={setIssuingBody} startHere problem={problemOf(refusal, "issuingBody")} />
      <DateField label={t`Issued on`} required value={issuedOn} onChange={setIssuedOn} problem={problemOf(refusal, "issuedOn")} />
      <TextArea label={t`What you may agree to`} required rows={2} value={scope} onChange={setScope} problem={problemOf(refusal, "scope")} />
      <TextArea label={t`Limits`} hint={t`What you may not agree to, or only on conditions.`} rows={1} value={limits} onChange={setLimits} problem={problemOf(refusal, "limits")} />
      <Row>
        <DateField label={t`Valid from`} required value={validFrom} onChange={setValidFrom} problem={problemOf(refusal, "validFrom")} />
        <DateField label={t`Valid until`} value={validTo} onChange={setValidTo} min={validFrom} problem={problemOf(refusal, "validTo")} />
      </Row>
      <TextField label={t`Reference of the paper`} hint={t`Its number or address, if it has one.`} value={paper} onChange={setPaper} problem={problemOf(refusal, "paper")} />
      <CheckField label={t`Ad referendum`} hint={t`You may take part, but your positions are still to be confirmed by those who sent you.`} checked={adReferendum} onChange={setAdReferendum} problem={problemOf(refusal, "adReferendum")} />
      <RefusalNotice refusal={refusal} fields={["adReferendum", "issuingBody", "issuedOn", "scope", "limits", "validFrom", "validTo", "paper"]} />
    </Form>
  );
}
