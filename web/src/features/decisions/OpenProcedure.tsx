/** Opens a decision procedure on a frozen text, one clause of it, or an amendment. Fixed once it is open. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { AmendmentsDocument, OpenProcedureDocument } from "../../api/generated/operations.ts";
import { useScreen, useVerb } from "../../api/hooks.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { DateField, SelectField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { Notice, RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import { RuleChoice } from "./RuleChoice.tsx";
import { firstChoice, ruleInput } from "./rules.ts";

const FIELDS = ["closesAt", "setId", "sectionId"];

export function OpenProcedure({ texts, levels, foreseen, onDone }: {
  texts: readonly { id: string; label: string }[]; levels: readonly Rung[]; foreseen: string; onDone: () => void;
}) {
  const { t } = useLingui();
  const format = useFormat();
  const [setId, setSetId] = useState(texts[0]?.id ?? "");
  const [subject, setSubject] = useState("");
  const [usual, setUsual] = useState(true);
  const [own, setOwn] = useState(() => firstChoice(levels.map(({ code }) => code)));
  const [closesAt, setClosesAt] = useState("");
  const [open, { waiting, refusal }] = useVerb(OpenProcedureDocument);
  const { data } = useScreen(AmendmentsDocument, { id: setId }, { pause: setId === "" });
  const set = data?.versionSet?.id === setId ? data.versionSet : undefined;
  const sections = (set?.versions.find(({ language }) => language === format.locale) ?? set?.versions[0])?.sections ?? [];
  const amendments = (set?.amendments ?? []).filter(({ state }) => state === "TABLED");
  const ofRule = refusal?.field?.startsWith("rule") ? refusal : undefined;
  const [kind, id] = subject.split(":");
  const send = async () => {
    const made = await open({
      setId, sectionId: kind === "section" ? (id ?? null) : null, amendmentId: kind === "amendment" ? (id ?? null) : null,
      ...(usual ? {} : { rule: ruleInput(own) }),
      ...(closesAt ? { closesAt: new Date(closesAt).toISOString() } : {}),
    });
    if (made) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Open the procedure</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <SelectField label={t`Text to decide on`} value={setId} problem={problemOf(refusal, "setId")} onChange={(next) => { setSetId(next); setSubject(""); }} options={texts.map(({ id, label }) => ({ value: id, label }))} />
      <SelectField label={t`Decided on`} value={subject} onChange={setSubject} problem={problemOf(refusal, "sectionId")}
        options={[
          { value: "", label: t`The whole text` },
          ...sections.map((section) => ({ value: `section:${section.sectionId}`, label: `${section.number} ${section.heading ?? section.text.slice(0, 60)}` })),
          ...amendments.map((each) => ({ value: `amendment:${each.id}`, label: t`Amendment of ${each.delegation.organisation.name} to ${each.number}` })),
        ]} />
      <RuleChoice usual={usual} own={own} onUsual={setUsual} onOwn={setOwn} foreseen={foreseen} levels={levels} problem={ofRule?.message} />
      <DateField label={t`Positions are taken until`} hint={t`In your own time zone. Left empty: as long as this process foresees.`} withTime value={closesAt} onChange={setClosesAt} problem={problemOf(refusal, "closesAt")} />
      <Notice><Trans>Rule, levels and deadline are fixed once it is open. To change them, this procedure is withdrawn and another one opened.</Trans></Notice>
      {!ofRule && <RefusalNotice refusal={refusal} fields={FIELDS} />}
    </Form>
  );
}
