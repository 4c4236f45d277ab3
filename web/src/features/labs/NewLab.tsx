/** Opens a lab: what it is called and for, its languages, its levels of government. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CreateLabDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { ChoicesField, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { Notice, RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import { WordsField, type Words, asTexts } from "../../ui/WordsField.tsx";
import { type KeyedRow, LevelRows } from "./LevelRows.tsx";
import { USUAL, tagsIn, withCodes } from "./levels.ts";

export function NewLab({ offered, onDone }: { offered: readonly string[]; onDone: (labId: string) => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const [create, { waiting, refusal }] = useVerb(CreateLabDocument);
  const [names, setNames] = useState<Words>({});
  const [purposes, setPurposes] = useState<Words>({});
  const [chosen, setChosen] = useState([...offered]);
  const [further, setFurther] = useState("");
  const [rows, setRows] = useState<KeyedRow[]>(USUAL.map((row) => ({ ...row, key: row.code })));
  const { tags, wrong } = tagsIn(further);
  const languages = [...new Set([...offered.filter((language) => chosen.includes(language)), ...tags])];
  const shown = languages.length > 0 ? languages : offered;
  const send = async () => {
    const levels = withCodes(rows).map((row) => ({ code: row.code, names: asTexts(row.names, languages) }));
    const made = await create({ names: asTexts(names, languages), purposes: asTexts(purposes, languages), languages, levels });
    if (made) onDone(made.id);
  };
  const wrongTags = wrong.length > 0 ? t`These are no language codes: ${wrong.join(", ")}. Write them as de or uk.` : undefined;
  return (
    <Form onSend={() => void send()} buttons={<Button kind="primary" type="submit" waiting={waiting} disabled={wrong.length > 0}><Trans>Create the lab</Trans></Button>}>
      <Part title={<Trans>Languages</Trans>} note={<Trans>What is said to everybody is said in each of them.</Trans>}>
        <ChoicesField label={t`Languages of the lab`} value={chosen} onChange={setChosen} problem={problemOf(refusal, "languages")} options={offered.map((value) => ({ value, label: format.language(value) }))} />
        <TextField label={t`Further languages`} hint={t`Their codes, with commas between: de, uk.`} value={further} onChange={setFurther} problem={wrongTags} />
      </Part>
      <Part title={<Trans>Name and purpose</Trans>}>
        <WordsField label={t`Name`} languages={shown} required value={names} onChange={setNames} problem={problemOf(refusal, "names")} />
        <WordsField label={t`Purpose`} hint={t`In one or two sentences: who comes together here, and for what.`} rows={2} languages={shown} value={purposes} onChange={setPurposes} problem={problemOf(refusal, "purposes")} />
      </Part>
      <Part title={<Trans>Levels of government</Trans>} note={<Trans>From the nearest to the widest. Each has a mark of its own, which follows it everywhere.</Trans>}>
        <LevelRows rows={rows} languages={shown} onChange={setRows} />
        {problemOf(refusal, "levels") && <Notice kind="refused">{problemOf(refusal, "levels")}</Notice>}
      </Part>
      <RefusalNotice refusal={refusal} fields={["names", "purposes", "languages", "levels"]} />
    </Form>
  );
}
