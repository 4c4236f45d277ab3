/** Opens a dialogue in a lab: the question, the workflow it follows, who may read it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CreateDialogueDocument, type TemplatesDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { ChoicesField, NumberField, RadioField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { LevelMark } from "../../ui/icons.tsx";
import { Notice, RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import { WordsField, type Words, asTexts } from "../../ui/WordsField.tsx";
import styles from "./NewDialogue.module.css";

type Template = ResultOf<typeof TemplatesDocument>["workflowTemplates"][number];
type Lab = { id: string; languages: readonly string[]; levels: readonly Rung[] };
const FIELDS = ["questions", "scopes", "languages", "levels", "templateId", "visibility"];

export function NewDialogue({ lab, templates, onDone }: { lab: Lab; templates: readonly Template[]; onDone: (dialogueId: string) => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const [create, { waiting, refusal }] = useVerb(CreateDialogueDocument);
  const [questions, setQuestions] = useState<Words>({});
  const [scopes, setScopes] = useState<Words>({});
  const [templateId, setTemplateId] = useState(templates.find(({ id }) => id === "multilevel-policy-lab")?.id ?? templates[0]?.id ?? "");
  const [languages, setLanguages] = useState([...lab.languages]);
  const [levels, setLevels] = useState(lab.levels.map(({ code }) => code));
  const [visibility, setVisibility] = useState<"PARTICIPANTS" | "LAB">("PARTICIPANTS");
  const [days, setDays] = useState<Record<string, number>>({});
  const template = templates.find(({ id }) => id === templateId);
  const written = lab.languages.filter((language) => languages.includes(language));
  const shown = written.length > 0 ? written : lab.languages;
  const send = async () => {
    const made = await create({
      labId: lab.id, templateId, questions: asTexts(questions, written), scopes: asTexts(scopes, written), languages: written,
      levels: lab.levels.flatMap(({ code }) => (levels.includes(code) ? [code] : [])), visibility,
      days: (template?.daySettings ?? []).map((setting) => ({ key: setting.key, days: days[setting.key] ?? setting.default })),
    });
    if (made) onDone(made.id);
  };
  return (
    <Form onSend={() => void send()} buttons={<Button kind="primary" type="submit" waiting={waiting}><Trans>Begin the dialogue</Trans></Button>}>
      <Part title={<Trans>The question</Trans>}>
        <WordsField label={t`Question`} hint={t`One question that all levels can answer together.`} languages={shown} rows={1} value={questions} onChange={setQuestions} problem={problemOf(refusal, "questions")} />
        <WordsField label={t`Scope`} hint={t`What it is about, and what it is not.`} languages={shown} rows={2} value={scopes} onChange={setScopes} problem={problemOf(refusal, "scopes")} />
      </Part>
      <Part title={<Trans>How it proceeds</Trans>} note={<Trans>The dialogue keeps the workflow as it is today, even if the template changes later.</Trans>}>
        <RadioField label={t`Workflow`} value={templateId} onChange={setTemplateId} problem={problemOf(refusal, "templateId")}
          options={templates.map(({ id, title, summary }) => ({ value: id, label: title, hint: summary }))} />
        {template && <Course template={template} />}
      </Part>
      {template && template.daySettings.length > 0 && (
        <Part title={<Trans>Days and numbers</Trans>} note={<Trans>They hold for the whole dialogue, and the record prints them.</Trans>}>
          <div className={styles.days}>
            {template.daySettings.map((setting) => (
              <NumberField key={setting.key} label={setting.label} hint={t`${setting.minimum} to ${setting.maximum}`} min={setting.minimum} max={setting.maximum}
                value={days[setting.key] ?? setting.default} onChange={(value) => setDays({ ...days, [setting.key]: value })} problem={problemOf(refusal, setting.key)} />
            ))}
          </div>
          {problemOf(refusal, "days") && <Notice kind="refused">{problemOf(refusal, "days")}</Notice>}
        </Part>
      )}
      <Part title={<Trans>Who and in which languages</Trans>}>
        <ChoicesField label={t`Levels of government`} value={levels} onChange={setLevels} problem={problemOf(refusal, "levels")}
          options={lab.levels.map((level) => ({ value: level.code, label: <><LevelMark order={level.order} /> {level.name}</> }))} />
        {lab.languages.length > 1 && (
          <ChoicesField label={t`Languages`} value={languages} onChange={setLanguages} problem={problemOf(refusal, "languages")} options={lab.languages.map((value) => ({ value, label: format.language(value) }))} />
        )}
        <RadioField label={t`Who may read it`} value={visibility} onChange={(value) => setVisibility(value === "LAB" ? "LAB" : "PARTICIPANTS")} problem={problemOf(refusal, "visibility")}
          options={[
            { value: "PARTICIPANTS", label: t`Those who take part`, hint: t`Delegations and people with a role in this dialogue.` },
            { value: "LAB", label: t`Everybody in the lab`, hint: t`Others of the lab read along; they write nothing.` },
          ]} />
      </Part>
      <RefusalNotice refusal={refusal} fields={[...FIELDS, "days", ...(template?.daySettings ?? []).map(({ key }) => key)]} />
    </Form>
  );
}

/** The way of a workflow, phase by phase, and how it decides. */
function Course({ template }: { template: Template }) {
  const { t } = useLingui();
  return (
    <div className={styles.course}>
      <ol aria-label={t`Phases of ${template.title}`}>
        {template.phases.map((phase) => <li key={phase.id}><strong>{phase.title}.</strong> <span className="quiet">{phase.explanation}</span></li>)}
      </ol>
      <p><strong><Trans>How it decides.</Trans></strong> <span className="quiet">{template.rule.sentence}</span></p>
    </div>
  );
}
