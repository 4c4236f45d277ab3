/** One delegation: what it may, who sits in it, under which mandate; and what can be done about it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconFileText, IconLink, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { type DialoguePeopleDocument, EndDelegateDocument, EndDelegationDocument, RevokeMandateDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { type Permit, permit } from "../../api/permits.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { Ask, ConfirmByName } from "../../ui/Dialog.tsx";
import { RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { OrganisationLine, PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import styles from "./DelegationLines.module.css";
import { useMandateStates } from "./mandates.ts";

type People = NonNullable<ResultOf<typeof DialoguePeopleDocument>["dialogue"]>;
export type Delegation = People["delegations"][number];
export type Deed = "invite" | "seat" | "mandate";
const why = (may: Permit | undefined) => (may && !may.allowed ? may.why : null);

export function DelegationEntry({ delegation, permissions, levels, mine, onDo }: {
  delegation: Delegation; permissions: People["permissions"]; levels: readonly Rung[];
  /** The viewer sits in it. */
  mine: boolean; onDo: (deed: Deed) => void;
}) {
  const { t } = useLingui();
  const states = useMandateStates();
  const seating = permit("SEAT", delegation.viewerCan, permissions);
  // Of other delegations one is not told what one may not do there.
  const seat = mine || seating?.allowed ? seating : undefined;
  const file = permit("FILE_MANDATE", delegation.viewerCan, permissions);
  const invite = permit("INVITE", delegation.viewerCan, permissions);
  const state = states(delegation.mandateState);
  const name = delegation.organisation.name;
  return (
    <section className={styles.delegation} aria-label={name}>
      <header className={styles.head}>
        <h3><OrganisationLine name={name} level={delegation.level} /></h3>
        <Tag kind={state.kind}>{state.words}</Tag>
        {!delegation.voting && <Tag><Trans>heard, not counted</Trans></Tag>}
        {delegation.voting && delegation.weight > 1 && <Tag><Trans>weight {delegation.weight}</Trans></Tag>}
        {mine && <Tag kind="act"><Trans>yours</Trans></Tag>}
      </header>
      <Seats delegation={delegation} levels={levels} may={seat} />
      {delegation.mandates.length > 0 && <Mandates delegation={delegation} may={mine ? file : undefined} />}
      <div className={styles.deeds} data-screen-only>
        {seat && <Button size="small" icon={<IconLink aria-hidden="true" />} why={why(seat)} label={t`Invite by link: ${name}`} onClick={() => onDo("invite")}><Trans>Invite by link</Trans></Button>}
        {seat && <Button size="small" icon={<IconUserPlus aria-hidden="true" />} why={why(seat)} label={t`Seat somebody: ${name}`} onClick={() => onDo("seat")}><Trans>Seat somebody</Trans></Button>}
        {mine && file && <Button size="small" icon={<IconFileText aria-hidden="true" />} why={why(file)} label={t`File a mandate: ${name}`} onClick={() => onDo("mandate")}><Trans>File a mandate</Trans></Button>}
        {invite?.allowed && <EndDelegation delegation={delegation} />}
      </div>
    </section>
  );
}

function Seats({ delegation, levels, may }: { delegation: Delegation; levels: readonly Rung[]; may: Permit | undefined }) {
  const { t } = useLingui();
  const [end, { waiting, refusal }] = useVerb(EndDelegateDocument);
  const [asked, setAsked] = useState<Delegation["seats"][number]>();
  if (delegation.seats.length === 0) return <p className="quiet"><Trans>Nobody sits in it yet.</Trans></p>;
  return (
    <>
      <Lines label={t`Seats of ${delegation.organisation.name}`}>
        {delegation.seats.map((seat) => (
          <Line key={seat.id} side={may?.allowed && <Button size="small" kind="plain" label={t`End the seat: ${seat.capacity.function}`} onClick={() => setAsked(seat)}><Trans>End the seat</Trans></Button>}>
            <PersonLine capacity={seat.capacity} levels={levels} /> {seat.head && <Tag kind="act"><Trans>head</Trans></Tag>}
          </Line>
        ))}
      </Lines>
      <Ask open={asked !== undefined} onClose={() => setAsked(undefined)} title={t`End this seat`} verb={t`End the seat`} waiting={waiting}
        onConfirm={() => void end({ delegateId: asked?.id ?? "" }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>{asked?.capacity.function} can no longer act for {delegation.organisation.name}. What was said in this function stays.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </Ask>
    </>
  );
}

function Mandates({ delegation, may }: { delegation: Delegation; may: Permit | undefined }) {
  const { t } = useLingui();
  const format = useFormat();
  const states = useMandateStates();
  const [revoke, { waiting, refusal }] = useVerb(RevokeMandateDocument);
  const [asked, setAsked] = useState<Delegation["mandates"][number]>();
  return (
    <>
      <Lines label={t`Mandates of ${delegation.organisation.name}`}>
        {delegation.mandates.map((mandate) => (
          <Line key={mandate.id} side={may?.allowed && mandate.state !== "REVOKED" && mandate.state !== "EXPIRED" && (
            <Button size="small" kind="plain" label={t`Revoke the mandate of ${mandate.issuingBody}`} onClick={() => setAsked(mandate)}><Trans>Revoke</Trans></Button>
          )}>
            <Trans>Mandate of {mandate.issuingBody}, {format.date(mandate.issuedOn)}</Trans> <Tag kind={states(mandate.state).kind}>{states(mandate.state).words}</Tag>
            <div>{mandate.scope}</div>
            {mandate.limits && <div className="quiet"><Trans>Limits: {mandate.limits}</Trans></div>}
            <div className="quiet">
              {mandate.validTo ? <Trans>{format.date(mandate.validFrom)} to {format.date(mandate.validTo)}</Trans> : <Trans>From {format.date(mandate.validFrom)}</Trans>}
              {mandate.paper && <> · {mandate.paper}</>}
            </div>
          </Line>
        ))}
      </Lines>
      <ConfirmByName open={asked !== undefined} onClose={() => setAsked(undefined)} title={t`Revoke this mandate`} name={asked?.issuingBody ?? ""} verb={t`Revoke`} waiting={waiting}
        onConfirm={() => void revoke({ mandateId: asked?.id ?? "" }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>From now on no position can rest on it. This can’t be taken back; a new mandate can be filed.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </ConfirmByName>
    </>
  );
}

function EndDelegation({ delegation }: { delegation: Delegation }) {
  const { t } = useLingui();
  const [end, { waiting, refusal }] = useVerb(EndDelegationDocument);
  const [asked, setAsked] = useState(false);
  const name = delegation.organisation.name;
  return (
    <>
      <Button size="small" kind="plain" label={t`Take out: ${name}`} onClick={() => setAsked(true)}><Trans>Take out</Trans></Button>
      <ConfirmByName open={asked} onClose={() => setAsked(false)} title={t`Take this delegation out`} name={name} verb={t`Take it out`} waiting={waiting}
        onConfirm={() => void end({ delegationId: delegation.id }).then((done) => { if (done) setAsked(false); })}>
        <p><Trans>Its people lose their seats at once, and it is no longer counted. What it said and wrote stays.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </ConfirmByName>
    </>
  );
}
