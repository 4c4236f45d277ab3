/** Tables an amendment to one clause of a frozen text: the clause as it stands, to be rewritten, with reasons. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { TableAmendmentDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { SelectField, TextArea } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { SectionLine } from "./ConsolidationTable.tsx";

const FIELDS = ["text", "reasons", "sectionId", "language"];

export function TableAmendment({ setId, versions, startAt, onDone }: {
  setId: string; versions: readonly { language: string; sections: readonly SectionLine[] }[]; startAt?: string | undefined; onDone: () => void;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const [language, setLanguage] = useState(() => versions.find((version) => version.language === format.locale)?.language ?? versions[0]?.language ?? "en");
  const sections = versions.find((version) => version.language === language)?.sections ?? [];
  const first = sections.find((section) => section.sectionId === startAt) ?? sections[0];
  const [sectionId, setSectionId] = useState(first?.sectionId ?? "");
  const [text, setText] = useState<string>();
  const [reasons, setReasons] = useState("");
  const [table, { waiting, refusal }] = useVerb(TableAmendmentDocument);
  const clause = sections.find((section) => section.sectionId === sectionId);
  const written = text ?? clause?.text ?? "";
  const send = async () => {
    if (await table({ setId, sectionId, language, text: written, reasons })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<>
      <Button kind="primary" type="submit" waiting={waiting} why={written === clause?.text ? t`Change the words of the clause first.` : null}><Trans>Table the amendment</Trans></Button>
      <Button onClick={onDone}><Trans>Cancel</Trans></Button>
    </>}>
      {versions.length > 1 && <SelectField label={t`Language`} hint={t`Write it in one language; the others follow when it is merged.`} value={language} onChange={(next) => { setLanguage(next); setText(undefined); }} problem={problemOf(refusal, "language")} options={versions.map((version) => ({ value: version.language, label: format.language(version.language) }))} />}
      <SelectField label={t`Clause`} value={sectionId} onChange={(next) => { setSectionId(next); setText(undefined); }} problem={problemOf(refusal, "sectionId")}
        options={sections.map((section) => ({ value: section.sectionId, label: `${section.number} ${section.heading ?? section.text.slice(0, 60)}` }))} />
      <TextArea label={t`How the clause should read`} hint={t`Change the words; what you changed is marked for everybody. Left empty, the clause is struck out.`} rows={6} lang={language} value={written} onChange={setText} startHere problem={problemOf(refusal, "text")} />
      <TextArea label={t`Reasons`} required value={reasons} onChange={setReasons} problem={problemOf(refusal, "reasons")} />
      <RefusalNotice refusal={refusal} fields={FIELDS} />
    </Form>
  );
}
