/** The levels of government of a new lab, from the nearest to the widest: named, added, moved, taken away. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { Button, IconButton } from "../../ui/Button.tsx";
import { Column } from "../../ui/Form.tsx";
import { LevelMark } from "../../ui/icons.tsx";
import { WordsField } from "../../ui/WordsField.tsx";
import styles from "./LevelRows.module.css";
import { type LevelRow, moved } from "./levels.ts";

export type KeyedRow = LevelRow & { key: string };

export function LevelRows({ rows, languages, onChange }: { rows: readonly KeyedRow[]; languages: readonly string[]; onChange: (rows: KeyedRow[]) => void }) {
  const { t } = useLingui();
  const change = (place: number, row: KeyedRow) => onChange(rows.map((each, at) => (at === place ? row : each)));
  return (
    <Column gap="small">
      <ol className={styles.rows}>
        {rows.map((row, place) => {
          const name = row.names[languages[0] ?? "en"] || t`level ${place + 1}`;
          return (
            <li key={row.key} className={styles.row}>
              <span className={styles.mark}><LevelMark order={place} size="normal" /></span>
              <div className={styles.names}>
                <WordsField label={t`Level ${place + 1}`} languages={languages} value={row.names} onChange={(names) => change(place, { ...row, names })} />
              </div>
              <span className={styles.tools}>
                <IconButton label={t`Move ${name} up`} disabled={place === 0} onClick={() => onChange(moved(rows, place, place - 1))}><IconArrowUp aria-hidden="true" /></IconButton>
                <IconButton label={t`Move ${name} down`} disabled={place === rows.length - 1} onClick={() => onChange(moved(rows, place, place + 1))}><IconArrowDown aria-hidden="true" /></IconButton>
                <IconButton label={t`Take ${name} away`} disabled={rows.length === 1} onClick={() => onChange(rows.filter((_, at) => at !== place))}><IconTrash aria-hidden="true" /></IconButton>
              </span>
            </li>
          );
        })}
      </ol>
      <div><Button size="small" icon={<IconPlus aria-hidden="true" />} onClick={() => onChange([...rows, { key: crypto.randomUUID(), code: "", names: {} }])}><Trans>Add a level</Trans></Button></div>
    </Column>
  );
}
