/** Where a dialogue is, and what that means for the viewer: what I may do, what not and why, what comes next. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Popover, UnstyledButton } from "@mantine/core";
import { IconCheck, IconChevronDown, IconLock } from "@tabler/icons-react";
import { useState } from "react";
import type { ResultOf } from "../../api/graphql.ts";
import type { DialogueFrameFragment } from "../../api/generated/operations.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { PersonLine } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import styles from "./PhaseChip.module.css";
import { useActionNames } from "./actions.ts";
import { StepDialog, useStepNames } from "./StepDialog.tsx";
import { type Step, stepFor, stepsOf } from "./steps.ts";

export type DialogueFrame = ResultOf<typeof DialogueFrameFragment>;

export function PhaseChip({ dialogue }: { dialogue: DialogueFrame }) {
  const { t } = useLingui();
  const { number, title } = dialogue.phase.phase;
  const [open, setOpen] = useState(false);
  const [step, setStep] = useState<Step>();
  // The dialog stands outside the popover: a click in it would count as one beside the popover and close both.
  const choose = (chosen: Step) => {
    setOpen(false);
    setStep(chosen);
  };
  return (
    <>
      <Popover width="var(--pl-narrow)" position="bottom-end" trapFocus withinPortal opened={open} onChange={setOpen}>
        <Popover.Target>
          <UnstyledButton className={styles.chip} onClick={() => setOpen(!open)}>
            <span className="unseen"><Trans>Phase</Trans> </span>
            <span className={styles.number}>{number}</span>{" "}
            <span className={styles.title}>{title}</span>
            <span className="unseen">: <Trans>What may I do now?</Trans></span>
            <IconChevronDown aria-hidden="true" className={styles.sign} />
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown aria-label={t`What may I do now?`}>
          <div className={styles.popover}><WhatNow dialogue={dialogue} onStep={choose} /></div>
        </Popover.Dropdown>
      </Popover>
      <StepDialog dialogueId={dialogue.id} step={step} onClose={() => setStep(undefined)} />
    </>
  );
}

/** The same on the page itself. */
export function Now({ dialogue }: { dialogue: DialogueFrame }) {
  const [step, setStep] = useState<Step>();
  return (
    <>
      <div className={styles.page}><WhatNow dialogue={dialogue} onStep={setStep} /></div>
      <StepDialog dialogueId={dialogue.id} step={step} onClose={() => setStep(undefined)} />
    </>
  );
}

function WhatNow({ dialogue, onStep }: { dialogue: DialogueFrame; onStep: (step: Step) => void }) {
  const names = useActionNames();
  const stepNames = useStepNames();
  const format = useFormat();
  const phase = dialogue.phase.phase;
  const may = dialogue.permissions.filter((permission) => permission.allowed);
  const mayNot = dialogue.permissions.filter((permission) => !permission.allowed);
  const next = dialogue.phases.find((each) => each.phase.number > phase.number);
  const steps = stepsOf(dialogue);
  return (
    <div className={styles.now}>
      <section className={styles.where}>
        <h3 className={styles.phase}>{phase.number}. {phase.title}</h3>
        <p className="quiet">{phase.explanation}</p>
        {dialogue.viewerCapacity && (
          <p className={styles.as}><Trans>You take part as</Trans> <PersonLine capacity={dialogue.viewerCapacity} levels={dialogue.lab.levels} /></p>
        )}
      </section>
      <section>
        <h3><Trans>You may now</Trans></h3>
        {may.length > 0
          ? <ul>{may.map(({ action }) => <li key={action}><IconCheck aria-hidden="true" className={styles.yes} /><span>{names(action)}</span></li>)}</ul>
          : <p className="quiet"><Trans>You read along; nothing is asked of you in this phase.</Trans></p>}
      </section>
      <section>
        <h3><Trans>What comes next</Trans></h3>
        {next && <p>{next.phase.number}. {next.phase.title}</p>}
        <ul>
          {dialogue.phase.exits.map((exit) => {
            const step = stepFor(exit, dialogue);
            return (
              <li key={exit.code}>
                {exit.met ? <IconCheck aria-hidden="true" className={styles.yes} /> : <IconLock aria-hidden="true" className={styles.no} />}
                <span>
                  {exit.sentence}{exit.opensAt && <small className="quiet"><Time value={exit.opensAt} /></small>}
                  {step && <span className={styles.step}><Button size="small" onClick={() => onStep(step)}>{stepNames(step)}</Button></span>}
                </span>
              </li>
            );
          })}
        </ul>
        {steps.length > 0 && (
          <div className={styles.steps}>
            {steps.map((step) => (
              <Button key={stepNames(step)} kind={step.kind === "back" ? "plain" : step.kind === "move" && !step.why ? "primary" : "quiet"} why={step.kind === "move" ? step.why : null} onClick={() => onStep(step)}>
                {stepNames(step)}
              </Button>
            ))}
          </div>
        )}
        <p className="quiet"><Trans>In this phase since {format.date(dialogue.phase.enteredAt ?? "")}.</Trans></p>
      </section>
      {mayNot.length > 0 && (
        <details className={styles.mayNot}>
          <summary><Trans>Not now, and why</Trans></summary>
          <ul>
            {mayNot.map(({ action, whyNot, opens }) => (
              <li key={action}>
                <IconLock aria-hidden="true" className={styles.no} />
                <span>{names(action)}<small className="quiet">{whyNot}{opens && <> {opens}</>}</small></span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
