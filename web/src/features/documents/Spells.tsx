/** When people wrote, the latest first; each spell leads to the text as it was when it ended. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useFormat } from "../../i18n/format.ts";
import { PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Time } from "../../ui/Time.tsx";
import { WordsButton } from "../../ui/Button.tsx";
import styles from "./History.module.css";

export type Spell = {
  id: string; fromPosition: number; position: number; startedAt: string; endedAt: string; added: number; removed: number; changes: number;
  capacity: { function: string; level: string | null; organisation: { name: string } | null } | null;
};

export function Spells({ spells, levels, current, onChoose }: { spells: readonly Spell[]; levels: readonly Rung[]; current: string | undefined; onChoose: (position: number) => void }) {
  const { t } = useLingui();
  return (
    <ol className={styles.spells} aria-label={t`When people wrote`}>
      {spells.map((spell) => (
        <li key={spell.id} aria-current={spell.id === current ? "true" : undefined}>
          <WordsButton className={styles.spell} onClick={() => onChoose(spell.position)}>
            <SpellLine spell={spell} levels={levels} />
          </WordsButton>
        </li>
      ))}
    </ol>
  );
}

function SpellLine({ spell, levels }: { spell: Spell; levels: readonly Rung[] }) {
  const format = useFormat();
  return (
    <>
      <span className={styles.when}><Time value={spell.endedAt} as="when" /></span>
      {spell.capacity ? <PersonLine capacity={spell.capacity} levels={levels} tight /> : <span className="quiet"><Trans>the service</Trans></span>}
      <span className="quiet">
        {spell.added + spell.removed === 0 ? <Plural value={spell.changes} one="# change, no letters" other="# changes, no letters" /> : (
          <>{spell.added > 0 && <span className={styles.came}>+{format.number(spell.added)} </span>}{spell.removed > 0 && <span className={styles.went}>−{format.number(spell.removed)} </span>}<Trans>letters</Trans></>
        )}
      </span>
    </>
  );
}
