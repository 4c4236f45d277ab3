/** Dialogues below each other: the question, the phase, and the next date. */
import { Trans } from "@lingui/react/macro";
import type { DialogueLineFragment } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { Link } from "../../ui/Link.tsx";
import { Tag } from "../../ui/Notice.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";

export type DialogueLine = ResultOf<typeof DialogueLineFragment>;

/** The first moment at which something opens, if a date is what is awaited. */
export const nextDate = (dialogue: Pick<DialogueLine, "phase">) =>
  dialogue.phase.exits.flatMap(({ met, opensAt }) => (!met && opensAt ? [opensAt] : [])).sort((a, b) => Date.parse(a) - Date.parse(b))[0];

export function DialogueLines({ dialogues, label }: { dialogues: readonly DialogueLine[]; label: string }) {
  return (
    <Lines label={label}>
      {dialogues.map((dialogue) => {
        const next = nextDate(dialogue);
        const { number, title } = dialogue.phase.phase;
        return (
          <Line key={dialogue.id} side={next && <span className="quiet"><Trans>Next: <Time value={next} as="date" /></Trans></span>}>
            <Link to={`/dialogues/${dialogue.id}`}>{dialogue.question}</Link>
            <div className="quiet">
              {dialogue.lab.name} · <Trans>Phase {number}, {title}</Trans> {dialogue.illustrative && <Tag><Trans>Invented example</Trans></Tag>}
            </div>
          </Line>
        );
      })}
    </Lines>
  );
}
