/** Brings a Word, OpenDocument or Markdown text into the house: its file goes up, a draft comes back. */
import { Trans, useLingui } from "@lingui/react/macro";
import { FileInput } from "@mantine/core";
import { useState } from "react";
import { changed } from "../../api/signals.ts";
import { Button } from "../../ui/Button.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useFormat } from "../../i18n/format.ts";

type Answer = { draftId?: string; message?: string; mismatches?: string[] };

export function Import({ documentId, languages, onDone }: { documentId: string; languages: string[]; onDone: (draftId: string | undefined) => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const [file, setFile] = useState<File | null>(null);
  const [language, setLanguage] = useState(languages[0] ?? "en");
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<Answer>();

  const send = async () => {
    if (!file) return;
    setWaiting(true);
    setProblem(undefined);
    const body = new FormData();
    body.set("documentId", documentId);
    body.set("language", language);
    body.set("file", file);
    try {
      const response = await fetch("/import", { method: "POST", body, headers: { "x-policylab": "1" }, credentials: "same-origin" });
      const answer = (await response.json()) as Answer;
      if (response.ok) {
        changed.say();
        onDone(answer.draftId);
      } else setProblem(answer);
    } catch {
      setProblem({ message: t`The file did not arrive. Check your connection and try again.` });
    }
    setWaiting(false);
  };

  return (
    <Form onSend={() => void send()} buttons={<Button kind="primary" type="submit" waiting={waiting} disabled={!file}><Trans>Import the text</Trans></Button>}>
      <FileInput label={t`File`} description={t`Word, OpenDocument, HTML or Markdown. Tracked changes are taken as accepted; comments stay in the file.`} value={file} onChange={setFile}
        accept=".docx,.odt,.html,.htm,.md" clearable clearButtonProps={{ "aria-label": t`Take the file away` }} />
      <SelectField label={t`Language of the text`} value={language} onChange={setLanguage} options={languages.map((code) => ({ value: code, label: format.language(code) }))} />
      {problem && (
        <Notice kind="refused">
          {problem.message ?? t`The file could not be read.`}
          {problem.mismatches && <ul>{problem.mismatches.map((line) => <li key={line}>{line}</li>)}</ul>}
        </Notice>
      )}
    </Form>
  );
}
