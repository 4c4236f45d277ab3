/** Comments on words of a text: read, answered, settled. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { ReopenThreadDocument, ReplyDocument, ResolveThreadDocument, StartThreadDocument, type ThreadFragment } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { TextArea, CheckField } from "../../ui/fields.tsx";
import { Form } from "../../ui/Form.tsx";
import { EmptyState, RefusalNotice, Tag, problemOf } from "../../ui/Notice.tsx";
import { PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import styles from "./Threads.module.css";

export type Thread = ResultOf<typeof ThreadFragment>;

export function Threads({ threads, levels }: { threads: readonly Thread[]; levels: readonly Rung[] }) {
  const open = threads.filter((thread) => thread.state === "OPEN");
  if (threads.length === 0) {
    return <EmptyState title={<Trans>No comments here yet</Trans>}><Trans>Choose words in the text, then press Ctrl Alt M or the comment button.</Trans></EmptyState>;
  }
  return <>{[...open, ...threads.filter((thread) => thread.state !== "OPEN")].map((thread) => <ThreadCard key={thread.id} thread={thread} levels={levels} />)}</>;
}

function ThreadCard({ thread, levels }: { thread: Thread; levels: readonly Rung[] }) {
  const { t } = useLingui();
  const [body, setBody] = useState("");
  const [reply, replying] = useVerb(ReplyDocument);
  const [resolve, resolving] = useVerb(ResolveThreadDocument);
  const [reopen, reopening] = useVerb(ReopenThreadDocument);
  const open = thread.state === "OPEN";
  const send = async () => {
    if (await reply({ threadId: thread.id, body })) setBody("");
  };
  return (
    <article className={styles.thread} data-open={open || undefined}>
      {thread.quotation && <blockquote className={styles.quotation}>{thread.quotation}</blockquote>}
      <p>
        {thread.orphaned && <Tag kind="needs"><Trans>These words are gone from the text</Trans></Tag>}{" "}
        {thread.visibility === "DELEGATION" && <Tag><Trans>Only your delegation sees this</Trans></Tag>}{" "}
        {!open && <Tag kind="good"><Trans>Settled</Trans></Tag>}
      </p>
      {thread.comments.map((comment) => (
        <div key={comment.id} className={styles.comment}>
          <PersonLine capacity={comment.capacity} levels={levels} /> <span className="quiet"><Time value={comment.createdAt} as="when" /></span>
          <p className={styles.body}>{comment.body}</p>
        </div>
      ))}
      {open ? (
        <Form onSend={() => void send()} buttons={<><Button type="submit" size="small" waiting={replying.waiting} disabled={!body.trim()}><Trans>Reply</Trans></Button><Button size="small" kind="plain" waiting={resolving.waiting} onClick={() => void resolve({ threadId: thread.id })}><Trans>Settle</Trans></Button></>}>
          <TextArea label={t`Your reply`} rows={1} value={body} onChange={setBody} problem={problemOf(replying.refusal, "body")} />
        </Form>
      ) : <div><Button size="small" kind="plain" waiting={reopening.waiting} onClick={() => void reopen({ threadId: thread.id })}><Trans>Open again</Trans></Button></div>}
      <RefusalNotice refusal={replying.refusal ?? resolving.refusal ?? reopening.refusal} fields={["body"]} />
    </article>
  );
}

export function NewThread({ draftId, chosen, onDone }: { draftId: string; chosen: { quotation: string; sectionId: string | null; anchor: unknown }; onDone: () => void }) {
  const { t } = useLingui();
  const [body, setBody] = useState("");
  const [closed, setClosed] = useState(false);
  const [start, { waiting, refusal }] = useVerb(StartThreadDocument);
  const send = async () => {
    const made = await start({ draftId, sectionId: chosen.sectionId, quotation: chosen.quotation, anchor: chosen.anchor, body, visibility: closed ? "DELEGATION" : "DIALOGUE" });
    if (made) onDone();
  };
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!body.trim()}><Trans>Comment</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <blockquote className={styles.quotation}>{chosen.quotation}</blockquote>
      <TextArea label={t`Your comment`} value={body} onChange={setBody} startHere problem={problemOf(refusal, "body")} />
      <CheckField label={t`Only for my delegation`} checked={closed} onChange={setClosed} />
      <RefusalNotice refusal={refusal} fields={["body"]} />
    </Form>
  );
}
