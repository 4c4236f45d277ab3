/** A document: its languages, what is being written, what was frozen. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconFileImport, IconSnowflake } from "@tabler/icons-react";
import { useState } from "react";
import { DialogueChangedDocument, DocumentDocument, FreezeDocument, OpenDraftDocument } from "../api/generated/operations.ts";
import { useLive, useScreen, useVerb } from "../api/hooks.ts";
import { Import } from "../features/documents/Import.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { useFormat } from "../i18n/format.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmByName, Dialog } from "../ui/Dialog.tsx";
import { Link, useAddress, useGo } from "../ui/Link.tsx";
import { EmptyState, RefusalNotice, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton, Part } from "../ui/Page.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Line, Lines } from "../ui/Table.tsx";
import { Time } from "../ui/Time.tsx";

export function DocumentScreen() {
  const id = useAddress("documentId");
  const { t } = useLingui();
  const go = useGo();
  const format = useFormat();
  const { data, waiting, problem } = useScreen(DocumentDocument, { id });
  const document = data?.document;
  useLive(DialogueChangedDocument, { id: document?.dialogue.id ?? "" }, !document);
  const [openDraft, opening] = useVerb(OpenDraftDocument);
  const [freeze, freezing] = useVerb(FreezeDocument);
  const [asked, setAsked] = useState<"import" | "freeze">();
  if (problem) return <NotFetched {...problem} />;
  if (waiting) return <PageSkeleton />;
  if (!document) return <NotFound />;

  const may = (action: string) => document.dialogue.permissions.find((permission) => permission.action === action);
  const sets = document.versionSets.toSorted((a, b) => b.number - a.number);
  const doFreeze = async () => {
    const made = await freeze({ documentId: document.id });
    if (made) go(`/texts/${made.id}`);
  };

  return (
    <DialoguePage dialogue={document.dialogue} title={document.title} above={document.identifier}
      actions={<>
        <Button icon={<IconFileImport aria-hidden="true" />} why={may("EDIT")?.allowed === false ? may("EDIT")?.whyNot : undefined} onClick={() => setAsked("import")}><Trans>Import a text</Trans></Button>
        <Button icon={<IconSnowflake aria-hidden="true" />} why={may("FREEZE")?.allowed === false ? may("FREEZE")?.whyNot : undefined} onClick={() => setAsked("freeze")}><Trans>Freeze</Trans></Button>
      </>}>
      <RefusalNotice refusal={opening.refusal ?? freezing.refusal} />
      <Part title={<Trans>Being written</Trans>}>
        <Lines label={t`Languages`}>
          {document.languageVersions.map((version) => (
            <Line key={version.id} side={version.draft
              ? <Button to={`/drafts/${version.draft.id}`} kind={version.draft.viewerRight === "WRITE" ? "primary" : "quiet"}>{version.draft.viewerRight === "WRITE" ? t`Write` : version.draft.viewerRight === "SUGGEST" ? t`Suggest changes` : t`Read`}</Button>
              : <Button waiting={opening.waiting} why={may("EDIT")?.allowed === false ? may("EDIT")?.whyNot : undefined} onClick={() => void openDraft({ languageVersionId: version.id }).then((made) => { if (made) go(`/drafts/${made.id}`); })}><Trans>Open a draft</Trans></Button>}>
              <strong>{format.language(version.language)}</strong> {version.authentic && <Tag kind="good"><Trans>authentic</Trans></Tag>}
              <p className="quiet">{version.draft ? <Trans>Last changed <Time value={version.draft.updatedAt} as="when" /></Trans> : <Trans>No draft is open in this language.</Trans>}</p>
            </Line>
          ))}
        </Lines>
      </Part>
      <Part title={<Trans>Frozen texts</Trans>}>
        {sets.length === 0
          ? <EmptyState title={<Trans>Nothing frozen yet</Trans>}><Trans>A frozen text never changes again: positions and decisions refer to it. It is frozen in all its languages at once.</Trans></EmptyState>
          : (
            <Lines label={t`Frozen texts`}>
              {sets.map((set, place) => {
                const earlier = sets[place + 1];
                const language = set.versions[0]?.language;
                const before = earlier?.versions.find((version) => version.language === language);
                return (
                  <Line key={set.id} side={before && set.versions[0] && <Button size="small" to={`/compare/${before.id}/${set.versions[0].id}`}><Trans>What changed</Trans></Button>}>
                    <Link to={`/texts/${set.id}`}><strong><Trans>Text no. {set.number}</Trans></strong></Link> <span className="quiet">{format.list(set.versions.map((version) => format.language(version.language)))}</span>
                    <p className="quiet"><Time value={set.frozenAt} /> · {set.frozenBy && <PersonLine capacity={set.frozenBy} levels={document.dialogue.lab.levels} />}</p>
                  </Line>
                );
              })}
            </Lines>
          )}
      </Part>
      <Dialog open={asked === "import"} onClose={() => setAsked(undefined)} title={t`Import a text`}>
        <Import documentId={document.id} languages={document.languageVersions.map((version) => version.language)} onDone={(draft) => { setAsked(undefined); if (draft) go(`/drafts/${draft}`); }} />
      </Dialog>
      <ConfirmByName open={asked === "freeze"} onClose={() => setAsked(undefined)} onConfirm={() => void doFreeze()} title={t`Freeze this text`} name={document.title} verb={t`Freeze`} waiting={freezing.waiting}>
        <p><Trans>All languages are frozen together as text no. {(sets[0]?.number ?? 0) + 1}. It can't be changed or taken back; a new draft can follow it.</Trans></p>
        <RefusalNotice refusal={freezing.refusal} />
      </ConfirmByName>
    </DialoguePage>
  );
}
