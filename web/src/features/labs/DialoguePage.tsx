/** A page of a dialogue: the way here through lab and dialogue, the phase, and signs for invented data. */
import { Trans } from "@lingui/react/macro";
import { Tag } from "../../ui/Notice.tsx";
import { Page, type PageProps } from "../../ui/Page.tsx";
import { type DialogueFrame, PhaseChip } from "./PhaseChip.tsx";

export function DialoguePage({ dialogue, crumbs = [], self = false, above, ...page }: PageProps & {
  dialogue: DialogueFrame;
  /** This is the page of the dialogue itself. */
  self?: boolean;
}) {
  const way = [
    { label: dialogue.lab.name, to: `/labs/${dialogue.lab.id}` },
    ...(self ? [] : [{ label: dialogue.question, to: `/dialogues/${dialogue.id}` }]),
    ...crumbs,
  ];
  const signs = <>{above}{dialogue.illustrative && <Tag><Trans>Invented example</Trans></Tag>}</>;
  return <Page {...page} crumbs={way} chip={<PhaseChip dialogue={dialogue} />} above={above || dialogue.illustrative ? signs : undefined} />;
}
