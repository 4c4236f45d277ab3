/** Two texts in one: what went, what came, what moved. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CompareDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { ChangeCounts, Changes } from "../features/documents/Changes.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { useFormat } from "../i18n/format.ts";
import { CheckField } from "../ui/fields.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";

export function CompareScreen() {
  const from = useAddress("fromId");
  const to = useAddress("toId");
  const { t } = useLingui();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const { data, waiting, problem } = useScreen(CompareDocument, { from, to });
  if (problem) return <NotFetched {...problem} />;
  if (waiting) return <PageSkeleton lines={12} />;
  const comparison = data?.compare;
  if (!comparison || comparison.from.__typename !== "Version") return <NotFound />;
  const { document } = comparison.from.set;
  const earlier = t`Text no. ${comparison.from.number}`;
  const later = comparison.to.__typename === "Version" ? t`Text no. ${comparison.to.number}` : t`the draft`;
  const sections = comparison.sections.filter((section) => all || section.kind !== "SAME" || section.moved);
  return (
    <DialoguePage dialogue={document.dialogue} title={t`What changed in ${document.title}`} width="reading" crumbs={[{ label: document.title, to: `/documents/${document.id}` }]}
      above={<>{earlier} → {later} · {format.language(comparison.language)}</>}
      lead={<ChangeCounts of={comparison} />}
      actions={<CheckField label={t`Show unchanged clauses too`} checked={all} onChange={setAll} />}>
      {sections.length === 0 && <EmptyState title={<Trans>The two texts say the same</Trans>} />}
      <Changes sections={sections} language={comparison.language} />
    </DialoguePage>
  );
}
