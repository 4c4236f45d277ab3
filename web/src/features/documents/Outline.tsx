/** The clauses of a text, by number. */
import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import styles from "./Draft.module.css";

export type SectionLine = { sectionId: string; number: string; kind: string; heading: string | null; text: string };

export function Outline({ sections, current, signs }: { sections: readonly SectionLine[]; current?: string | null | undefined; signs?: (section: SectionLine) => ReactNode }) {
  const { t } = useLingui();
  return (
    <nav className={styles.outline} aria-label={t`Outline`} data-screen-only>
      <ol>
        {sections.map((section) => (
          <li key={section.sectionId}>
            <a href={`#${section.sectionId}`} aria-current={section.sectionId === current ? "location" : undefined}
              onClick={(event) => {
                event.preventDefault();
                history.replaceState(history.state, "", `#${section.sectionId}`);
                showSection(section.sectionId);
              }}>
              <span className={styles.number}>{section.number}</span>
              <span className={styles.words}>{section.heading ?? section.text}</span>
              {signs?.(section)}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Brings a clause into view, in the editor and on reading pages alike. */
export function showSection(id: string) {
  document.querySelector(`[data-id="${CSS.escape(id)}"], [id="${CSS.escape(id)}"]`)?.scrollIntoView({ behavior: "smooth", block: "start" });
}
