/** Who is there, level by level, and whether that is enough. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconCheck, IconClock } from "@tabler/icons-react";
import { useState } from "react";
import { type MeetingsDocument, RecordAttendanceDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { CheckField } from "../../ui/fields.tsx";
import { LevelMark } from "../../ui/icons.tsx";
import { RefusalNotice } from "../../ui/Notice.tsx";
import { OrganisationLine } from "../../ui/PersonLine.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import styles from "./Meetings.module.css";

type Dialogue = NonNullable<ResultOf<typeof MeetingsDocument>["dialogue"]>;
export type Meeting = Dialogue["meetings"][number];
type Delegation = Dialogue["delegations"][number];

export function Quorum({ quorum }: { quorum: Meeting["quorum"] }) {
  return (
    <ul className={styles.quorum}>
      {quorum.map(({ level, present, seated, met }) => (
        <li key={level.id}>
          <LevelMark order={level.order} />
          {seated === 0 ? <span className="quiet">{level.name}: <Trans>no delegation at this level</Trans></span> : <span>{level.name}: <Trans>{present} of {seated} present</Trans></span>}
          {seated > 0 && (
            <span className={met ? styles.met : styles.open}>
              {met ? <IconCheck aria-hidden="true" /> : <IconClock aria-hidden="true" />}
              {met ? <Trans>quorum</Trans> : <Trans>no quorum yet</Trans>}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

export function Attendance({ meeting, delegations }: { meeting: Meeting; delegations: readonly Delegation[] }) {
  const { t } = useLingui();
  return (
    <fieldset className={styles.attendance}>
      <legend>{t`Present`}</legend>
      {delegations.map((delegation) => <Present key={delegation.id} meeting={meeting} delegation={delegation} />)}
    </fieldset>
  );
}

function Present({ meeting, delegation }: { meeting: Meeting; delegation: Delegation }) {
  const [record, { waiting, refusal }] = useVerb(RecordAttendanceDocument);
  const [said, setSaid] = useState<boolean>();
  const stored = meeting.attendance.find((each) => each.delegation.id === delegation.id)?.present ?? false;
  const send = async (present: boolean) => {
    setSaid(present);
    await record({ meetingId: meeting.id, delegationId: delegation.id, present });
    setSaid(undefined);
  };
  return (
    <>
      <CheckField label={<OrganisationLine name={delegation.organisation.name} level={delegation.level} />} checked={waiting && said !== undefined ? said : stored} onChange={(present) => void send(present)} />
      <RefusalNotice refusal={refusal} />
    </>
  );
}

/** Once the meeting is over: who was there. */
export function Attended({ meeting, delegations }: { meeting: Meeting; delegations: readonly Delegation[] }) {
  const { t } = useLingui();
  const there = delegations.filter((delegation) => meeting.attendance.some((each) => each.present && each.delegation.id === delegation.id));
  if (there.length === 0) return <p className="quiet"><Trans>Nobody was recorded as present.</Trans></p>;
  return <Lines label={t`Present`}>{there.map((delegation) => <Line key={delegation.id}><OrganisationLine name={delegation.organisation.name} level={delegation.level} /></Line>)}</Lines>;
}
