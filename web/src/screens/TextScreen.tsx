/** A frozen text, to be read, printed and taken away. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconDownload, IconPrinter } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { DialogueChangedDocument, TextSetDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import styles from "../features/documents/Draft.module.css";
import { Exports } from "../features/documents/Exports.tsx";
import { Outline, showSection } from "../features/documents/Outline.tsx";
import { Reading } from "../features/documents/Reading.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { useFormat } from "../i18n/format.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Time } from "../ui/Time.tsx";

export function TextScreen() {
  const id = useAddress("versionSetId");
  const { t } = useLingui();
  const format = useFormat();
  const [wanted, setWanted] = useState<string>();
  const [taking, setTaking] = useState(false);
  const { data, waiting, problem } = useScreen(TextSetDocument, { id });
  const set = data?.versionSet;
  useLive(DialogueChangedDocument, { id: set?.document.dialogue.id ?? "" }, !set);
  const there = set !== undefined && set !== null;
  useEffect(() => {
    if (there && location.hash) showSection(location.hash.slice(1));
  }, [there]);
  if (problem) return <NotFetched {...problem} />;
  if (waiting) return <PageSkeleton lines={12} />;
  if (!set) return <NotFound />;

  const { document } = set;
  const version = set.versions.find((each) => each.language === (wanted ?? format.locale)) ?? set.versions[0];
  const earlier = document.versionSets.filter((each) => each.number < set.number).toSorted((a, b) => b.number - a.number)[0];
  const before = earlier?.versions.find((each) => each.language === version?.language);

  return (
    <DialoguePage dialogue={document.dialogue} title={document.title} width="full" crumbs={[{ label: document.title, to: `/documents/${document.id}` }]}
      above={<Trans>Frozen text no. {set.number}</Trans>}
      lead={<><Time value={set.frozenAt} /> · {set.frozenBy && <PersonLine capacity={set.frozenBy} levels={document.dialogue.lab.levels} />}<br /><small className="quiet"><Trans>Fingerprint {set.hash.slice(0, 16)}…</Trans></small></>}
      actions={<>
        <Button to={`/texts/${set.id}/positions`} kind="primary"><Trans>Positions</Trans></Button>
        <Button to={`/texts/${set.id}/amendments`}><Trans>Amendments</Trans></Button>
        {before && version && <Button to={`/compare/${before.id}/${version.id}`}><Trans>What changed</Trans></Button>}
        <Button onClick={() => print()} icon={<IconPrinter aria-hidden="true" />}><Trans>Print</Trans></Button>
        {set.exports.length > 0 && <Button icon={<IconDownload aria-hidden="true" />} onClick={() => setTaking(true)}><Trans>Download</Trans></Button>}
      </>}>
      <div className={styles.columns}>
        <Outline sections={version?.sections ?? []} />
        <div className={styles.text}>
          {set.versions.length > 1 && (
            <nav className={styles.buttons} aria-label={t`Languages of the text`} data-screen-only>
              {set.versions.map((each) => <Button key={each.id} size="small" pressed={each.id === version?.id} kind={each.id === version?.id ? "quiet" : "plain"} onClick={() => setWanted(each.language)}>{format.language(each.language)}</Button>)}
            </nav>
          )}
          {version ? <Reading content={version.content} sections={version.sections} language={version.language} /> : <EmptyState title={<Trans>This text has no words in any language</Trans>} />}
        </div>
      </div>
      <Dialog open={taking} onClose={() => setTaking(false)} title={t`Download ${document.title}`}><Exports offers={set.exports} languages={set.versions.map((each) => each.language)} /></Dialog>
    </DialoguePage>
  );
}
