/** The same words in several languages: one field for each, under one name. */
import { Fieldset } from "@mantine/core";
import type { ReactNode } from "react";
import { useFormat } from "../i18n/format.ts";
import { TextArea, TextField } from "./fields.tsx";
import styles from "./Form.module.css";

/** Words by language, as they are typed. */
export type Words = Readonly<Record<string, string>>;

/** As the server takes them: languages without words left out. */
export const asTexts = (words: Words, languages: readonly string[]) =>
  languages.flatMap((language) => {
    const text = (words[language] ?? "").trim();
    return text ? [{ language, text }] : [];
  });

export function WordsField({ label, hint, languages, value, onChange, problem, required, rows, startHere }: {
  label: string; hint?: ReactNode; languages: readonly string[]; value: Words; onChange: (words: Words) => void;
  problem?: string | undefined; required?: boolean;
  /** More than one line to write in. */
  rows?: number;
  startHere?: boolean;
}) {
  const format = useFormat();
  const one = languages.length === 1;
  const fields = languages.map((language, place) => {
    const common = {
      label: one ? label : `${label}, ${format.language(language)}`, hint: one || place === 0 ? hint : undefined, lang: language,
      problem: place === 0 ? problem : undefined, required: required ?? false, startHere: Boolean(startHere) && place === 0,
      value: value[language] ?? "", onChange: (text: string) => onChange({ ...value, [language]: text }),
    };
    return rows ? <TextArea key={language} {...common} rows={rows} /> : <TextField key={language} {...common} />;
  });
  if (one) return fields;
  return <Fieldset variant="unstyled" className={styles.words} legend={<span className="unseen">{label}</span>}>{fields}</Fieldset>;
}
