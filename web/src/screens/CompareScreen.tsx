/** Two texts in one: what went, what came, what moved. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CompareDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import styles from "../features/documents/Draft.module.css";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { useFormat } from "../i18n/format.ts";
import { CheckField } from "../ui/fields.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFound, PageSkeleton, Part } from "../ui/Page.tsx";

export function CompareScreen() {
  const from = useAddress("fromId");
  const to = useAddress("toId");
  const { t } = useLingui();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const { data, waiting } = useScreen(CompareDocument, { from, to });
  if (waiting) return <PageSkeleton lines={12} />;
  const comparison = data?.compare;
  if (!comparison || comparison.from.__typename !== "Version") return <NotFound />;
  const { document } = comparison.from.set;
  const earlier = t`Text no. ${comparison.from.number}`;
  const later = comparison.to.__typename === "Version" ? t`Text no. ${comparison.to.number}` : t`the draft`;
  const sections = comparison.sections.filter((section) => all || section.kind !== "SAME" || section.moved);
  const kinds = { SAME: undefined, ADDED: <Tag kind="good"><Trans>new</Trans></Tag>, REMOVED: <Tag kind="danger"><Trans>gone</Trans></Tag>, CHANGED: <Tag kind="act"><Trans>changed</Trans></Tag> };
  return (
    <DialoguePage dialogue={document.dialogue} title={t`What changed in ${document.title}`} width="reading" crumbs={[{ label: document.title, to: `/documents/${document.id}` }]}
      above={<>{earlier} → {later} · {format.language(comparison.language)}</>}
      lead={<>
        <Plural value={comparison.changed} one="# clause changed" other="# clauses changed" />, <Plural value={comparison.added} one="# new" other="# new" />,{" "}
        <Plural value={comparison.removed} one="# gone" other="# gone" />, <Plural value={comparison.moved} one="# moved" other="# moved" />.
      </>}
      actions={<CheckField label={t`Show unchanged clauses too`} checked={all} onChange={setAll} />}>
      {sections.length === 0 && <EmptyState title={<Trans>The two texts say the same</Trans>} />}
      {sections.map((section) => (
        <Part key={section.sectionId} id={section.sectionId} title={<>{section.numberTo ?? section.numberFrom} {section.headingTo ?? section.headingFrom}</>}
          actions={<>{kinds[section.kind]}{section.moved && <Tag><Trans>moved from {section.numberFrom}</Trans></Tag>}</>}>
          <p className={styles.runs} lang={comparison.language}>
            {section.runs.map((run, place) => {
              const key = `${section.sectionId}-${place}`;
              if (run.kind === "INSERTED") return <ins key={key}>{run.text}</ins>;
              if (run.kind === "DELETED") return <del key={key}>{run.text}</del>;
              return run.kind === "BREAK" ? <br key={key} /> : <span key={key}>{run.text}</span>;
            })}
          </p>
        </Part>
      ))}
    </DialoguePage>
  );
}
