/** One decision record: read like a document, with a quiet seal that can be checked. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPrinter } from "@tabler/icons-react";
import { DecisionRecordDocument, DialogueChangedDocument } from "../api/generated/operations.ts";
import { useLive, useScreen } from "../api/hooks.ts";
import { RecordBody } from "../features/decisions/Record.tsx";
import { RecordSteps } from "../features/decisions/RecordSteps.tsx";
import { outcomeKind, useOutcomeNames } from "../features/decisions/words.ts";
import { DialoguePage } from "../features/labs/DialoguePage.tsx";
import { shownOnce } from "../features/positions/matrix.ts";
import { StatedPositions } from "../features/positions/StatedPositions.tsx";
import { Button } from "../ui/Button.tsx";
import { useAddress } from "../ui/Link.tsx";
import { Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, PageSkeleton } from "../ui/Page.tsx";

export function RecordScreen() {
  const { t } = useLingui();
  const outcomes = useOutcomeNames();
  const { data, problem } = useScreen(DecisionRecordDocument, { id: useAddress("decisionRecordId") });
  const record = data?.decisionRecord;
  useLive(DialogueChangedDocument, { id: record?.dialogue.id ?? "" }, !record);
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton lines={12} />;
  if (!record) return <NotFound />;
  const { dialogue, set } = record;
  return (
    <DialoguePage dialogue={dialogue} width="reading" title={t`Decision on ${set.document.title}`} crumbs={[{ label: t`Decisions`, to: `/dialogues/${dialogue.id}/decisions` }]}
      above={<>
        <span><Trans>Record {record.identifier}</Trans></span> <Tag kind={outcomeKind(record.outcome)}>{outcomes[record.outcome]}</Tag>
        {record.state !== "SEALED" && <Tag kind="needs"><Trans>draft, not sealed</Trans></Tag>}
        {record.publication === "PUBLIC" && <Tag kind="act"><Trans>published</Trans></Tag>}
      </>}
      actions={<><RecordSteps record={record} /><Button kind="plain" icon={<IconPrinter aria-hidden="true" />} onClick={() => print()}><Trans>Print</Trans></Button></>}>
      <RecordBody record={record} positions={<StatedPositions positions={shownOnce(record.procedure.positions)} />} />
    </DialoguePage>
  );
}
