/** One page: where it is, what it is called, what can be done with it, and its content. */
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useEffect } from "react";
import { InPlace, useAfter } from "./frame.tsx";
import { Link } from "./Link.tsx";
import { ProblemNotice } from "./Notice.tsx";
import styles from "./Page.module.css";

export type Crumb = { label: string; to: string };

export type PageProps = {
  /** The heading of the page, and the title of the window. */
  title: string;
  /** How one got here; the page itself is not among them. */
  crumbs?: Crumb[] | undefined;
  /** A short line above the title: kind, number, state. */
  above?: ReactNode;
  /** One or two sentences below the title. */
  lead?: ReactNode;
  /** Buttons beside the title. */
  actions?: ReactNode;
  /** What stands in the header, beside the crumbs. */
  chip?: ReactNode;
  /** What stands in the context panel. */
  panel?: ReactNode;
  /** `reading` for texts, `wide` for matrices, `full` where the page makes its own columns. */
  width?: "normal" | "reading" | "wide" | "full" | undefined;
  children: ReactNode;
};

export function Page({ title, crumbs = [], above, lead, actions, chip, panel, width = "normal", children }: PageProps) {
  const { t } = useLingui();
  useEffect(() => {
    document.title = `${title} – Policy Lab`;
  }, [title]);
  return (
    <>
      <InPlace place="crumbs">
        <nav aria-label={t`You are here`} className={styles.crumbs}>
          <ol>
            {crumbs.map((crumb) => (
              <li key={crumb.to}><Link to={crumb.to}>{crumb.label}</Link></li>
            ))}
          </ol>
        </nav>
      </InPlace>
      {chip && <InPlace place="chip">{chip}</InPlace>}
      {panel && <InPlace place="panel">{panel}</InPlace>}
      <div className={styles.page} data-width={width}>
        <header className={styles.head}>
          <div className={styles.words}>
            {above && <p className={styles.above}>{above}</p>}
            <h1>{title}</h1>
            {lead && <div className={styles.lead}>{lead}</div>}
          </div>
          {actions && <div className={styles.actions} data-screen-only>{actions}</div>}
        </header>
        {children}
      </div>
    </>
  );
}

/** A part of a page: a heading, space and a hairline. */
export function Part({ title, note, actions, level = 2, id, children }: {
  title: ReactNode; note?: ReactNode; actions?: ReactNode; level?: 2 | 3; id?: string; children: ReactNode;
}) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={styles.part} id={id}>
      <header className={styles.partHead}>
        <div><Heading>{title}</Heading>{note && <p className="quiet">{note}</p>}</div>
        {actions && <div className={styles.actions} data-screen-only>{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** The shape of a page that is on its way; nothing for the first moment. */
export function PageSkeleton({ lines = 6 }: { lines?: number }) {
  const shown = useAfter(150);
  return (
    <div className={styles.page} aria-busy="true">
      <output className="unseen"><Trans>The page is being fetched.</Trans></output>
      {shown && (
        <div aria-hidden="true">
          <div className={styles.ghost} data-kind="title" />
          {Array.from({ length: lines }, (_, line) => (
            <div key={`line-${line}`} className={styles.ghost} data-kind={line % 3 === 2 ? "short" : "line"} />
          ))}
        </div>
      )}
    </div>
  );
}

/** What is not there, or may not be seen: the two are not told apart. */
export function NotFound() {
  const { t } = useLingui();
  return (
    <Page title={t`Nothing here`} width="reading">
      <p><Trans>There is no such page, or you take no part in what it belongs to. If somebody sent you this address, ask them to invite you.</Trans></p>
      <p><Link to="/"><Trans>Go to what needs you</Trans></Link></p>
    </Page>
  );
}

/** A page that could not be fetched. */
export function NotFetched(problem: { said: string; again: () => void }) {
  const { t } = useLingui();
  return <Page title={t`Not fetched`} width="reading"><ProblemNotice {...problem} /></Page>;
}
