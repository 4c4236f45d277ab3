/** The consolidation table of a frozen text: every amendment, clause by clause, with its fate. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { IconPrinter } from "@tabler/icons-react";
import { useState } from "react";
import { AmendmentsDocument, DialogueChangedDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { permit } from "../api/permits.ts";
import { ConsolidationTable } from "../features/comments/ConsolidationTable.tsx";
import { TableAmendment } from "../features/comments/TableAmendment.tsx";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { useFormat } from "../i18n/format.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { useAddress } from "../ui/Link.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";

export function AmendmentsScreen() {
  const { t } = useLingui();
  const format = useFormat();
  const [tabling, setTabling] = useState(false);
  const { data, problem } = useScreen(AmendmentsDocument, { id: useAddress("versionSetId") });
  const set = data?.versionSet;
  useLive(DialogueChangedDocument, { id: set?.document.dialogue.id ?? "" }, !set);
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton lines={9} />;
  if (!set) return <NotFound />;
  const { dialogue } = set.document;
  const { title } = set.document;
  const may = permit("TABLE_AMENDMENT", dialogue.permissions);
  const version = set.versions.find(({ language }) => language === format.locale) ?? set.versions[0];
  const waiting = set.amendments.filter(({ state }) => state === "TABLED").length;
  const tableButton = may && <Button kind="primary" why={may.why} onClick={() => setTabling(true)}><Trans>Table an amendment</Trans></Button>;
  return (
    <DialoguePage dialogue={dialogue} width="wide" title={t`Amendments`} crumbs={[{ label: t`${title}, text no. ${set.number}`, to: `/texts/${set.id}` }]}
      above={t`${title}, text no. ${set.number}`}
      lead={set.amendments.length > 0 && <><Plural value={set.amendments.length} one="# amendment" other="# amendments" />, <Plural value={waiting} _0="all settled" one="# waits for an answer" other="# wait for an answer" />.</>}
      actions={<>{set.amendments.length > 0 && tableButton}{set.amendments.length > 0 && <Button kind="plain" icon={<IconPrinter aria-hidden="true" />} onClick={() => print()}><Trans>Print</Trans></Button>}</>}>
      {set.amendments.length === 0
        ? <EmptyState title={<Trans>No amendments yet</Trans>} action={tableButton}><Trans>An amendment says how a delegation wants one clause to read, and why. Here they stand beside each other, clause by clause.</Trans></EmptyState>
        : <ConsolidationTable amendments={set.amendments} sections={version?.sections ?? []} setId={set.id} />}
      <Dialog open={tabling} onClose={() => setTabling(false)} title={t`Table an amendment`}>
        {tabling && <TableAmendment setId={set.id} versions={set.versions} startAt={location.hash.slice(1) || undefined} onDone={() => setTabling(false)} />}
      </Dialog>
    </DialoguePage>
  );
}
