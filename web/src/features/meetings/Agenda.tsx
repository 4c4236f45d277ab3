/** The agenda of a meeting, and what came of each item. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { AddAgendaItemDocument, RecordResultDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextArea, TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { RefusalNotice, problemOf } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import type { Meeting } from "./Attendance.tsx";

type Item = Meeting["agenda"][number];

export function Agenda({ meeting, mayChange }: { meeting: Meeting; mayChange: boolean }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState<Item | "new">();
  const close = () => setAsked(undefined);
  const planned = meeting.state === "PLANNED" || meeting.state === "OPEN";
  if (meeting.agenda.length === 0 && !(mayChange && planned)) return null;
  return (
    <Part level={3} title={<Trans>Agenda</Trans>} actions={mayChange && planned && <Button size="small" label={t`Add an item: ${meeting.title}`} onClick={() => setAsked("new")}><Trans>Add an item</Trans></Button>}>
      {meeting.agenda.length === 0 && <p className="quiet"><Trans>No items yet.</Trans></p>}
      <Lines label={t`Agenda`}>
        {meeting.agenda.map((item) => (
          <Line key={item.id} side={mayChange && meeting.state !== "PLANNED" && meeting.state !== "CANCELLED" && (
            <Button size="small" kind="plain" label={`${t`What came of it`}: ${item.title}`} onClick={() => setAsked(item)}><Trans>What came of it</Trans></Button>
          )}>
            {item.number}. {item.title}{item.result && <div className="quiet">{item.result}</div>}
          </Line>
        ))}
      </Lines>
      <Dialog open={asked !== undefined} onClose={close} title={asked === "new" ? t`Add an item` : (asked?.title ?? "")}>
        {asked === "new" ? <AddItem meetingId={meeting.id} onDone={close} /> : asked && <Result item={asked} onDone={close} />}
      </Dialog>
    </Part>
  );
}

function AddItem({ meetingId, onDone }: { meetingId: string; onDone: () => void }) {
  const { t } = useLingui();
  const [add, { waiting, refusal }] = useVerb(AddAgendaItemDocument);
  const [title, setTitle] = useState("");
  const send = async () => {
    if (await add({ meetingId, title })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!title.trim()}><Trans>Add it</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <TextField label={t`Item`} required value={title} onChange={setTitle} startHere problem={problemOf(refusal, "title")} />
      <RefusalNotice refusal={refusal} fields={["title"]} />
    </Form>
  );
}

function Result({ item, onDone }: { item: Item; onDone: () => void }) {
  const { t } = useLingui();
  const [record, { waiting, refusal }] = useVerb(RecordResultDocument);
  const [result, setResult] = useState(item.result ?? "");
  const send = async () => {
    if (await record({ agendaItemId: item.id, result })) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting}><Trans>Record it</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <TextArea label={t`What came of it`} rows={3} value={result} onChange={setResult} startHere problem={problemOf(refusal, "result")} />
      <RefusalNotice refusal={refusal} fields={["result"]} />
    </Form>
  );
}
