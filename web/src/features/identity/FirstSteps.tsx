/** What an empty house needs, in order, with what is done already. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import styles from "./FirstSteps.module.css";

type Step = { key: string; done: boolean; title: string; words: string; to: string; verb: string; why?: string | undefined };

export function FirstSteps({ organisations, people, lab }: { organisations: number; people: number; lab: { id: string; dialogues: number } | undefined }) {
  const { t } = useLingui();
  const steps: Step[] = [
    { key: "organisations", done: organisations > 0, title: t`Organisations`, words: t`The cities, regions and ministries that will sit at the table.`, to: "/administration#organisations", verb: t`Add organisations` },
    { key: "people", done: people > 1, title: t`People`, words: t`Those who run dialogues. Delegates can also come by invitation, without being added first.`, to: "/administration#people", verb: t`Add people` },
    { key: "lab", done: lab !== undefined, title: t`A lab`, words: t`It names the levels of government and holds the dialogues.`, to: "/labs/new", verb: t`Create a lab` },
    {
      key: "dialogue", done: (lab?.dialogues ?? 0) > 0, title: t`A dialogue`, words: t`One question, worked on phase by phase. Invite delegations to it next.`,
      to: lab ? `/labs/${lab.id}/new-dialogue` : "", verb: t`Begin a dialogue`, why: lab ? undefined : t`A dialogue lives in a lab; create that first.`,
    },
  ];
  const next = steps.find(({ done }) => !done)?.key;
  return (
    <ol className={styles.steps}>
      {steps.map((step) => (
        <Entry key={step.key} done={step.done} title={step.title} words={step.words}>
          <Button to={step.to} kind={step.key === next ? "primary" : "quiet"} why={step.why}>{step.verb}</Button>
        </Entry>
      ))}
    </ol>
  );
}

function Entry({ done, title, words, children }: { done: boolean; title: string; words: string; children: ReactNode }) {
  return (
    <li className={styles.step} data-done={done || undefined}>
      {done ? <IconCircleCheck aria-hidden="true" /> : <IconCircle aria-hidden="true" />}
      <div className={styles.words}>
        <h2>{title}{done && <span className="unseen">: <Trans>done</Trans></span>}</h2>
        <p className="quiet">{words}</p>
      </div>
      {children}
    </li>
  );
}
