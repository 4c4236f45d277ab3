/** Links one clause to one recommendation; whichever of the two is not given is chosen here. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { AmendmentsDocument, LinkRecommendationDocument } from "../../api/generated/operations.ts";
import { useScreen, useVerb } from "../../api/hooks.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { RadioField, SelectField, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { EmptyState, RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { useCoverageWords } from "./words.ts";

const KINDS = ["ADDRESSES", "PARTLY", "CONTRADICTS"] as const;
const FIELDS = ["sectionId", "recommendationId", "kind", "note", "documentId"];

export type Clause = { sectionId: string; number: string; heading: string | null; text: string };
export type TextToLink = {
  id: string; title: string;
  languageVersions: readonly { language: string; draft: { sections: readonly Clause[] } | null }[];
  versionSets: readonly { id: string; number: number }[];
};

const name = (clause: Clause) => `${clause.number} ${clause.heading ?? (clause.text.length > 70 ? `${clause.text.slice(0, 68)}…` : clause.text)}`;

/** From a recommendation to a clause: of the draft where there is one, else of the latest frozen text. */
export function LinkToClause({ texts, recommendation, onDone }: { texts: readonly TextToLink[]; recommendation: { id: string; number: string; text: string }; onDone: () => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const [documentId, setDocumentId] = useState(texts[0]?.id ?? "");
  const [chosen, setChosen] = useState("");
  const text = texts.find(({ id }) => id === documentId);
  const drafts = (text?.languageVersions ?? []).filter(({ draft }) => draft !== null);
  const draft = (drafts.find(({ language }) => language === format.locale) ?? drafts[0])?.draft;
  const frozen = text?.versionSets.toSorted((a, b) => b.number - a.number)[0];
  const { data } = useScreen(AmendmentsDocument, { id: frozen?.id ?? "" }, { pause: Boolean(draft) || !frozen });
  const versions = data?.versionSet?.id === frozen?.id ? (data?.versionSet?.versions ?? []) : [];
  const clauses: readonly Clause[] = draft?.sections ?? (versions.find(({ language }) => language === format.locale) ?? versions[0])?.sections ?? [];
  const sectionId = clauses.some((clause) => clause.sectionId === chosen) ? chosen : (clauses[0]?.sectionId ?? "");
  if (texts.length === 0) return <EmptyState title={<Trans>No text yet</Trans>}><Trans>A clause can be linked once a text is begun.</Trans></EmptyState>;
  return (
    <Linking documentId={documentId} sectionId={sectionId} recommendationId={recommendation.id} onDone={onDone}>
      {(refusal) => <>
        <p><strong>{recommendation.number}</strong> {recommendation.text}</p>
        {texts.length > 1 && <SelectField label={t`Text`} value={documentId} onChange={setDocumentId} options={texts.map(({ id, title }) => ({ value: id, label: title }))} />}
        <SelectField label={t`Clause`} value={sectionId} onChange={setChosen} problem={problemOf(refusal, "sectionId")} options={clauses.map((clause) => ({ value: clause.sectionId, label: name(clause) }))} />
      </>}
    </Linking>
  );
}

/** From a clause to a recommendation. */
export function LinkToRecommendation({ documentId, clause, recommendations, onDone }: {
  documentId: string; clause: Clause; recommendations: readonly { id: string; number: string; text: string; of: string }[]; onDone: () => void;
}) {
  const { t } = useLingui();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState("");
  const fits = (text: string) => words.toLocaleLowerCase().split(/\s+/).every((word) => text.toLocaleLowerCase().includes(word));
  const found = recommendations.filter(({ number, text }) => fits(`${number} ${text}`));
  const shown = found.some(({ id }) => id === chosen) ? found : found.concat(recommendations.filter(({ id }) => id === chosen));
  if (recommendations.length === 0) return <EmptyState title={<Trans>No recommendations to link</Trans>}><Trans>They come with an INDEX result that this dialogue works on.</Trans></EmptyState>;
  return (
    <Linking documentId={documentId} sectionId={clause.sectionId} recommendationId={chosen} onDone={onDone}>
      {(refusal) => <>
        <p><strong>{name(clause)}</strong></p>
        {recommendations.length > 6 && <TextField label={t`Find among the recommendations`} type="search" value={words} onChange={setWords} />}
        <RadioField label={t`Recommendation`} required value={chosen} onChange={setChosen} problem={problemOf(refusal, "recommendationId")} options={shown.map(({ id, number, text, of }) => ({ value: id, label: `${number} ${text}`, hint: of }))} />
      </>}
    </Linking>
  );
}

type Refused = { code: string; message: string; field: string | null } | undefined;

function Linking({ documentId, sectionId, recommendationId, onDone, children }: {
  documentId: string; sectionId: string; recommendationId: string; onDone: () => void; children: (refusal: Refused) => React.ReactNode;
}) {
  const { t } = useLingui();
  const { kinds } = useCoverageWords();
  const [kind, setKind] = useState<string>("ADDRESSES");
  const [note, setNote] = useState("");
  const [link, { waiting, refusal }] = useVerb(LinkRecommendationDocument);
  const send = async () => {
    const chosen = KINDS.find((each) => each === kind) ?? "ADDRESSES";
    if (await link({ documentId, sectionId, recommendationId, kind: chosen, note: note.trim() || null })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<>
      <Button kind="primary" type="submit" waiting={waiting} disabled={!sectionId || !recommendationId}><Trans>Link</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button>
    </>}>
      {children(refusal)}
      <RadioField label={t`The clause`} value={kind} onChange={setKind} problem={problemOf(refusal, "kind")} options={KINDS.map((value) => ({ value, label: kinds[value] }))} />
      <TextField label={t`Note`} hint={t`Why, in a few words.`} value={note} onChange={setNote} problem={problemOf(refusal, "note")} />
      <RefusalNotice refusal={refusal} fields={FIELDS} />
    </Form>
  );
}
