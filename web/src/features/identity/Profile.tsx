/** How the viewer is addressed, and in which language. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { UpdateProfileDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { LANGUAGES, type Language, i18n, speak } from "../../i18n/index.ts";
import { Button } from "../../ui/Button.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";

export function Profile({ person }: { person: { displayName: string; email: string | null } }) {
  const { t } = useLingui();
  const [update, { waiting, refusal }] = useVerb(UpdateProfileDocument);
  const [displayName, setDisplayName] = useState(person.displayName);
  const [locale, setLocale] = useState(i18n.locale);
  const [kept, setKept] = useState(false);
  const same = displayName === person.displayName && locale === i18n.locale;
  const send = async () => {
    if (!(await update({ displayName, locale }))) return;
    const language = Object.keys(LANGUAGES).find((code) => code === locale) as Language | undefined;
    if (language) await speak(language);
    setKept(true);
  };
  const change = (set: (value: string) => void) => (value: string) => {
    setKept(false);
    set(value);
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={same || !displayName.trim()}><Trans>Keep</Trans></Button>{kept && <output className="quiet"><Trans>Kept.</Trans></output>}</>}>
      <TextField label={t`Name`} hint={t`What others see is your function and organisation; the name is for the people who run this house.`} value={displayName} onChange={change(setDisplayName)} problem={problemOf(refusal, "displayName")} />
      <SelectField label={t`Language of the interface`} value={locale} onChange={change(setLocale)} problem={problemOf(refusal, "locale")} options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} />
      {person.email && <p className="quiet"><Trans>Your mail address here is {person.email}. An administrator changes it.</Trans></p>}
      <RefusalNotice refusal={refusal} fields={["displayName", "locale"]} />
    </Form>
  );
}
