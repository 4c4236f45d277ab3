/** Short facts, each with its name: a list of definitions that reads like the head of a letter. */
import type { ReactNode } from "react";
import styles from "./Facts.module.css";

export function Facts({ facts }: { facts: readonly (readonly [name: string, fact: ReactNode] | null | undefined | false)[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map((fact) => fact && <div key={fact[0]}><dt>{fact[0]}</dt><dd>{fact[1]}</dd></div>)}
    </dl>
  );
}
