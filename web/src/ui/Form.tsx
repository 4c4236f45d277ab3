import type { FormEvent, ReactNode } from "react";
import styles from "./Form.module.css";

/** A form: fields below each other, buttons at the foot. Sends nothing by itself. */
export function Form({ onSend, children, buttons, id }: { onSend: () => void; children: ReactNode; buttons?: ReactNode; id?: string }) {
  return (
    <form id={id} className={styles.form} onSubmit={(event: FormEvent) => { event.preventDefault(); onSend(); }}>
      {children}
      {buttons && <div className={styles.buttons}>{buttons}</div>}
    </form>
  );
}

/** Fields that stand beside each other where there is room. */
export function Row({ children }: { children: ReactNode }) {
  return <div className={styles.row}>{children}</div>;
}

/** Things below each other, with even space. */
export function Column({ children, gap = "normal" }: { children: ReactNode; gap?: "small" | "normal" | "large" }) {
  return <div className={styles.column} data-gap={gap}>{children}</div>;
}
