/** A table that scrolls by itself where it is too wide; the page never does. */
import type { ReactNode } from "react";
import styles from "./Table.module.css";

export function Table({ caption, children, captionShown }: { caption: string; children: ReactNode; captionShown?: boolean }) {
  return (
    // A region that scrolls is reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.scroll} aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption className={captionShown ? undefined : "unseen"}>{caption}</caption>
        {children}
      </table>
    </section>
  );
}

/** Rows of things, each with a hairline below. */
export function Lines({ children, label }: { children: ReactNode; label?: string }) {
  return <ul className={styles.lines} aria-label={label}>{children}</ul>;
}

export function Line({ children, side }: { children: ReactNode; side?: ReactNode }) {
  return (
    <li className={styles.line}>
      <div className={styles.main}>{children}</div>
      {side && <div className={styles.side}>{side}</div>}
    </li>
  );
}
