/** Where a dialogue is, and what that means for the viewer: what I may do, what not and why, what comes next. */
import { Trans, useLingui } from "@lingui/react/macro";
import { Popover, UnstyledButton } from "@mantine/core";
import { IconCheck, IconChevronDown, IconLock } from "@tabler/icons-react";
import type { ResultOf } from "../../api/graphql.ts";
import type { DialogueFrameFragment } from "../../api/generated/operations.ts";
import { useFormat } from "../../i18n/format.ts";
import { PersonLine } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import styles from "./PhaseChip.module.css";
import { useActionNames } from "./actions.ts";

export type DialogueFrame = ResultOf<typeof DialogueFrameFragment>;

export function PhaseChip({ dialogue }: { dialogue: DialogueFrame }) {
  const { t } = useLingui();
  const { number, title } = dialogue.phase.phase;
  return (
    <Popover width="var(--pl-narrow)" position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <UnstyledButton className={styles.chip}>
          <span className="unseen"><Trans>Phase</Trans> </span>
          <span className={styles.number}>{number}</span>{" "}
          <span className={styles.title}>{title}</span>
          <span className="unseen">: <Trans>What may I do now?</Trans></span>
          <IconChevronDown aria-hidden="true" className={styles.sign} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t`What may I do now?`}>
        <WhatNow dialogue={dialogue} />
      </Popover.Dropdown>
    </Popover>
  );
}

export function WhatNow({ dialogue }: { dialogue: DialogueFrame }) {
  const names = useActionNames();
  const format = useFormat();
  const phase = dialogue.phase.phase;
  const may = dialogue.permissions.filter((permission) => permission.allowed);
  const mayNot = dialogue.permissions.filter((permission) => !permission.allowed);
  const next = dialogue.phases.find((each) => each.phase.number > phase.number);
  return (
    <div className={styles.now}>
      <section>
        <h2>{phase.number}. {phase.title}</h2>
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
      {mayNot.length > 0 && (
        <section>
          <h3><Trans>Not now, and why</Trans></h3>
          <ul>
            {mayNot.map(({ action, whyNot, opens }) => (
              <li key={action}>
                <IconLock aria-hidden="true" className={styles.no} />
                <span>{names(action)}<small className="quiet">{whyNot}{opens && <> {opens}</>}</small></span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3><Trans>What comes next</Trans></h3>
        {next && <p>{next.phase.number}. {next.phase.title}</p>}
        <ul>
          {dialogue.phase.exits.map((exit) => (
            <li key={exit.code}>
              {exit.met ? <IconCheck aria-hidden="true" className={styles.yes} /> : <IconLock aria-hidden="true" className={styles.no} />}
              <span>{exit.sentence}{exit.opensAt && <small className="quiet"><Time value={exit.opensAt} /></small>}</span>
            </li>
          ))}
        </ul>
        <p className="quiet"><Trans>In this phase since {format.date(dialogue.phase.enteredAt ?? "")}.</Trans></p>
      </section>
    </div>
  );
}
