/** Finds and does: places of the house, your dialogues, and everything the search knows. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useDebouncedValue } from "@mantine/hooks";
import { type KeyboardEvent, useState } from "react";
import { HomeDocument, SearchDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { Link, useGo } from "../ui/Link.tsx";
import styles from "./Shell.module.css";

type Place = { to: string; label: string };

export function Palette({ open, onClose, places }: { open: boolean; onClose: () => void; places: Place[] }) {
  const { t } = useLingui();
  return <Dialog open={open} onClose={onClose} title={t`Find or do`}>{open && <Finder onClose={onClose} places={places} />}</Dialog>;
}

function Finder({ onClose, places }: { onClose: () => void; places: Place[] }) {
  const { t } = useLingui();
  const go = useGo();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), 200);
  const home = useScreen(HomeDocument, {});
  const found = useScreen(SearchDocument, { text: asked, labId: null, first: 12 }, { pause: asked.length < 2 });
  const fits = (label: string) => label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase());

  const results = [
    ...places.map((place) => ({ ...place, note: t`Page` })),
    { to: "/settings", label: t`Settings`, note: t`Page` },
    ...(home.data?.viewer?.dialogues.nodes ?? []).map((dialogue) => ({ to: `/dialogues/${dialogue.id}`, label: dialogue.question, note: dialogue.lab.name })),
  ].filter((result) => fits(result.label));
  if (asked.length >= 2) {
    for (const hit of found.data?.search.nodes ?? []) results.push({ to: hit.url, label: hit.title, note: hit.dialogue?.question ?? "" });
  }
  const at = Math.min(chosen, results.length - 1);

  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setChosen(Math.min(at + 1, results.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(at - 1, 0));
    else if (event.key === "Enter" && results[at]) {
      onClose();
      go(results[at].to);
    } else return;
    event.preventDefault();
  };

  return (
    // The field inside takes the keys; this only listens along.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div onKeyDown={keys}>
      <TextField label={t`Words, a number of a clause, a page`} value={text} type="search" startHere onChange={(next) => { setText(next); setChosen(0); }} />
      <ul className={styles.results}>
        {results.map((result, place) => (
          <li key={`${result.to}-${result.label}`}>
            <Link to={result.to} className={styles.result} data-here={place === at || undefined} onClick={onClose}>
              {result.label}<small>{result.note}</small>
            </Link>
          </li>
        ))}
      </ul>
      {results.length === 0 && <p className="quiet"><Trans>Nothing found with these words.</Trans></p>}
    </div>
  );
}
