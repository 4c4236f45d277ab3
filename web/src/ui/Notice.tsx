/** What the page has to say: a refusal, something that needs the reader, or quiet news. */
import { useLingui } from "@lingui/react/macro";
import { IconAlertTriangle, IconBan, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import styles from "./Notice.module.css";

const SIGNS = { info: IconInfoCircle, needs: IconAlertTriangle, refused: IconBan, good: IconCircleCheck } as const;

export function Notice({ kind = "info", title, action, children }: {
  kind?: keyof typeof SIGNS; title?: ReactNode; action?: ReactNode; children?: ReactNode;
}) {
  const Sign = SIGNS[kind];
  return (
    <div className={styles.notice} data-kind={kind} role={kind === "refused" ? "alert" : "status"}>
      <Sign aria-hidden="true" className={styles.sign} />
      <div className={styles.words}>
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** What could not be fetched, which says nothing about whether it is there; and another try. */
export function ProblemNotice({ said, again }: { said: string; again: () => void }) {
  const { t } = useLingui();
  return (
    <Notice kind="refused" title={t`This could not be fetched just now.`} action={<Button size="small" onClick={again}>{t`Try again`}</Button>}>
      {said || t`Check your connection. Nothing that was stored is lost.`}
    </Notice>
  );
}

/** A refusal of the server, in its own words; the one of a field is shown beside that field instead. */
export function RefusalNotice({ refusal, fields = [] }: {
  refusal: { code: string; message: string; field: string | null } | undefined; fields?: string[];
}) {
  const { t } = useLingui();
  if (!refusal || (refusal.field !== null && fields.includes(refusal.field))) return null;
  return <Notice kind="refused">{refusal.message || t`That did not arrive. Check your connection and try again; nothing is done twice.`}</Notice>;
}

/** The sentence for one field, out of a refusal. */
export const problemOf = (refusal: { message: string; field: string | null } | undefined, field: string) =>
  refusal?.field === field ? refusal.message : undefined;

/** A list with nothing in it: what this is, why it is empty, and the one next thing. */
export function EmptyState({ title, children, action }: { title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children && <div className="quiet">{children}</div>}
      {action && <div className={styles.emptyAction}>{action}</div>}
    </div>
  );
}

/** A small word on a coloured ground: a state, a kind. Never the only sign of what it says. */
export function Tag({ kind = "plain", children }: { kind?: "plain" | "act" | "needs" | "good" | "danger"; children: ReactNode }) {
  return <span className={styles.tag} data-kind={kind}>{children}</span>;
}
