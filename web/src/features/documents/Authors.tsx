/** Who wrote what, word for word: each level under a line of its own, and its share beside each clause. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useFormat } from "../../i18n/format.ts";
import { LevelMark, levelHue } from "../../ui/icons.tsx";
import { Part } from "../../ui/Page.tsx";
import { PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import styles from "./History.module.css";
import { type Span, sharesOf, spansByClause } from "./history.ts";
import type { SectionLine } from "./Outline.tsx";

type Capacity = { id: string; function: string; level: string | null; organisation: { name: string } | null };
type AuthorSpan = Span & { start: number; capacity: { id: string } | null };
export type Authorship = {
  characters: number;
  levels: readonly { level: string | null; share: number }[];
  authors: readonly { level: string | null; share: number; characters: number; capacity: Capacity | null }[];
  spans: readonly AuthorSpan[];
};

export function Authors({ authorship, sections, levels, language }: { authorship: Authorship; sections: readonly SectionLine[]; levels: readonly Rung[]; language: string }) {
  const { t } = useLingui();
  const format = useFormat();
  const clauses = spansByClause(authorship.spans);
  const names = new Map(authorship.authors.map(({ capacity }) => [capacity?.id, capacity ? [capacity.organisation?.name, capacity.function].filter(Boolean).join(" · ") : t`the service`]));
  return (
    <>
      <Part title={t`Written by`} note={<Shares shares={authorship.levels} levels={levels} />}>
        <Lines label={t`Authors`}>
          {authorship.authors.map((author) => (
            <Line key={author.capacity?.id ?? "none"} side={<span className={styles.share}>{format.share(author.share)}</span>}>
              {author.capacity ? <PersonLine capacity={author.capacity} levels={levels} /> : <span className="quiet"><Trans>the service</Trans></span>}
            </Line>
          ))}
        </Lines>
      </Part>
      <div className={styles.tight}>{sections.map((section) => {
        const spans = clauses.get(section.kind === "preamble" ? null : section.sectionId) ?? [];
        if (spans.length === 0) return null;
        return (
          <Part key={section.sectionId} id={section.sectionId} level={3} title={section.number || t`Opening`} note={<Shares shares={sharesOf(spans)} levels={levels} />}>
            <p className={styles.authored} lang={language} dir="auto">
              {spans.map((span) => <Words key={span.start} span={span} levels={levels} by={names.get(span.capacity?.id) ?? ""} />)}
            </p>
          </Part>
        );
      })}</div>
    </>
  );
}

/** Told apart by the kind of line first, then by its colour; who it was is one hover away. */
function Words({ span, levels, by }: { span: AuthorSpan; levels: readonly Rung[]; by: string }) {
  const rung = levels.find(({ code }) => code === span.level);
  if (!rung) return <span title={by}>{span.text}</span>;
  return <span title={by} className={styles.words} data-line={rung.order % 4} style={{ textDecorationColor: levelHue(rung.order) }}>{span.text}</span>;
}

export function Shares({ shares, levels }: { shares: readonly { level: string | null; share: number }[]; levels: readonly Rung[] }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <span className={styles.shares}>
      {shares.map((share) => {
        const rung = levels.find((level) => level.code === share.level);
        return (
          <span key={share.level ?? "none"} className={styles.level}>
            {rung && <LevelMark order={rung.order} />}
            <span className={rung ? styles.words : undefined} data-line={rung ? rung.order % 4 : undefined} style={rung && { textDecorationColor: levelHue(rung.order) }}>{rung?.name ?? t`no level`}</span> {format.share(share.share)}
          </span>
        );
      })}
    </span>
  );
}
