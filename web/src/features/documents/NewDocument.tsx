/** Begins a text in a dialogue: its kind, its title in each language, and the languages it is written in. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CreateDocumentDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { ChoicesField, SelectField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { WordsField, type Words, asTexts } from "../../ui/WordsField.tsx";
import { useFormat } from "../../i18n/format.ts";
import { DOCUMENT_KINDS, type DocumentKind, useDocumentKinds } from "./kinds.ts";

export function NewDocument({ dialogueId, languages, onDone, onCancel }: { dialogueId: string; languages: readonly string[]; onDone: (documentId: string) => void; onCancel: () => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const kinds = useDocumentKinds();
  const [create, { waiting, refusal }] = useVerb(CreateDocumentDocument);
  const [kind, setKind] = useState<DocumentKind>("STRATEGY");
  const [chosen, setChosen] = useState([...languages]);
  const [titles, setTitles] = useState<Words>({});
  const written = languages.filter((language) => chosen.includes(language));
  const send = async () => {
    const made = await create({ dialogueId, kind, titles: asTexts(titles, written), languages: written });
    if (made) onDone(made.id);
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={asTexts(titles, written).length === 0}><Trans>Begin the text</Trans></Button><Button onClick={onCancel}><Trans>Cancel</Trans></Button></>}>
      <WordsField label={t`Title`} languages={written.length > 0 ? written : languages} value={titles} onChange={setTitles} problem={problemOf(refusal, "titles")} startHere />
      <SelectField label={t`Kind of text`} value={kind} onChange={(value) => setKind(DOCUMENT_KINDS.find((each) => each === value) ?? kind)} problem={problemOf(refusal, "kind")}
        options={DOCUMENT_KINDS.map((value) => ({ value, label: kinds[value] }))} />
      {languages.length > 1 && (
        <ChoicesField label={t`Languages`} hint={t`The text is written side by side in each of them, and frozen in all at once.`} value={chosen} onChange={setChosen} problem={problemOf(refusal, "languages")}
          options={languages.map((value) => ({ value, label: format.language(value) }))} />
      )}
      <RefusalNotice refusal={refusal} fields={["titles", "kind", "languages"]} />
    </Form>
  );
}
