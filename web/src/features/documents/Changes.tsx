/** Two texts in one, clause by clause: what went, what came, what moved. */
import { Plural, Trans } from "@lingui/react/macro";
import { Tag } from "../../ui/Notice.tsx";
import { Part } from "../../ui/Page.tsx";
import styles from "./Draft.module.css";

export type ClauseChange = {
  sectionId: string; kind: "SAME" | "ADDED" | "REMOVED" | "CHANGED"; moved: boolean;
  numberFrom: string | null; numberTo: string | null; headingFrom: string | null; headingTo: string | null;
  runs: readonly { kind: "EQUAL" | "INSERTED" | "DELETED" | "BREAK"; text: string }[];
};

/** How many clauses came, went, changed and moved, in a sentence. */
export function ChangeCounts({ of }: { of: { changed: number; added: number; removed: number; moved: number } }) {
  return (
    <>
      <Plural value={of.changed} one="# clause changed" other="# clauses changed" />, <Plural value={of.added} one="# new" other="# new" />,{" "}
      <Plural value={of.removed} one="# gone" other="# gone" />, <Plural value={of.moved} one="# moved" other="# moved" />.
    </>
  );
}

export function Changes({ sections, language }: { sections: readonly ClauseChange[]; language: string }) {
  const kinds = { SAME: undefined, ADDED: <Tag kind="good"><Trans>new</Trans></Tag>, REMOVED: <Tag kind="danger"><Trans>gone</Trans></Tag>, CHANGED: <Tag kind="act"><Trans>changed</Trans></Tag> };
  return sections.map((section) => (
    <Part key={section.sectionId} id={section.sectionId} title={<>{section.numberTo ?? section.numberFrom} {section.headingTo ?? section.headingFrom}</>}
      actions={<>{kinds[section.kind]}{section.moved && <Tag><Trans>moved from {section.numberFrom}</Trans></Tag>}</>}>
      {!isHeadingAlone(section) && <p className={styles.runs} lang={language} dir="auto">
        {section.runs.map((run, place) => {
          const key = `${section.sectionId}-${place}`;
          if (run.kind === "INSERTED") return <ins key={key}>{run.text}</ins>;
          if (run.kind === "DELETED") return <del key={key}>{run.text}</del>;
          return run.kind === "BREAK" ? <br key={key} /> : <span key={key}>{run.text}</span>;
        })}
      </p>}
    </Part>
  ));
}

/** A heading that stayed, without text under it: it has been said. */
const isHeadingAlone = ({ kind, headingTo, runs }: ClauseChange) => kind === "SAME" && headingTo !== null && runs.every(({ text }) => text === headingTo);
