/** A secret address at which a calendar program fetches the viewer's meetings and deadlines. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { CreateAccessTokenDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { CopyField } from "../../ui/Copy.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Column } from "../../ui/Form.tsx";
import { RefusalNotice } from "../../ui/Notice.tsx";

const DAYS = 366;

export function NewCalendarAddress() {
  const { t } = useLingui();
  const [create, { waiting, refusal }] = useVerb(CreateAccessTokenDocument);
  const [address, setAddress] = useState<string | null>();
  const make = async () => {
    const made = await create({ name: t`Calendar`, scopes: ["CALENDAR"], days: DAYS });
    if (made) setAddress(made.calendarAddress);
  };
  return (
    <>
      <Button waiting={waiting} onClick={() => void make()}><Trans>Make an address</Trans></Button>
      <RefusalNotice refusal={refusal} />
      <Dialog open={address !== undefined} onClose={() => setAddress(undefined)} title={t`Address of your calendar`}>
        <Column>
          {address
            ? <><p><Trans>Give it to your calendar program as a subscription. Whoever has it can read your meetings and deadlines, so give it to nobody else. It is not shown again.</Trans></p><CopyField label={t`Address`} value={address} /></>
            : <p><Trans>The address was made, but can’t be shown a second time. End its token and make a new one.</Trans></p>}
          <div><Button kind="primary" onClick={() => setAddress(undefined)}><Trans>Done</Trans></Button></div>
        </Column>
      </Dialog>
    </>
  );
}

export function AboutCalendar() {
  return <p><Trans>Meetings and deadlines of your dialogues, in the calendar that you use. The address holds for a year and stands below among your tokens, where you end it. Or <a href="/calendar/me.ics" download>take a copy of today</a>.</Trans></p>;
}
