/** The one editor: live text, carets with level and function, suggestions, a toolbar the keyboard reaches. */
import "./editor.css";
import { Trans, useLingui } from "@lingui/react/macro";
import { type AnyExtension, Extension } from "@tiptap/core";
import { Collaboration, isChangeOrigin } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { UniqueID } from "@tiptap/extension-unique-id";
import { type Editor as Tiptap, EditorContent, useEditor } from "@tiptap/react";
import { absolutePositionToRelativePosition, ySyncPluginKey } from "@tiptap/y-tiptap";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type * as Y from "yjs";
import type { Rung } from "../ui/PersonLine.tsx";
import { levelHue } from "../ui/icons.tsx";
import { OwnCaret } from "./caret.ts";
import { DraftConnection } from "./connection.ts";
import { drawnCaret } from "./drawn.ts";
import { Numbering } from "./numbering.ts";
import { runsOfWords } from "./runs.ts";
import { IDENTIFIED, schemaExtensions } from "./schema.ts";
import { asSuggestion } from "./suggesting.ts";
import { Toolbar } from "./Toolbar.tsx";

export type Mode = "write" | "suggest" | "read";
export type Chosen = { quotation: string; sectionId: string | null; anchor: { anchor: unknown; head: unknown } };

/** The connection of a draft. It is made anew when words were refused, under a new client id. */
export function useDraftConnection(draft: string, person: string) {
  const [round, setRound] = useState(0);
  const [connection, setConnection] = useState<DraftConnection>();
  useEffect(() => {
    const made = new DraftConnection(draft, person, () => setRound(round + 1));
    // The connection is a thing outside React: it opens with the effect and closes with it.
    // oxlint-disable-next-line react/set-state-in-effect
    setConnection(made);
    return () => made.close();
  }, [draft, person, round]);
  return connection;
}

const NOTHING = () => () => undefined;
export const useStanding = (connection: DraftConnection | undefined) =>
  useSyncExternalStore(connection?.hear ?? NOTHING, () => connection?.read());

type User = { function?: string; organisation?: string; level?: string | null };

function caret(user: User, levels: readonly Rung[]) {
  const rung = levels.find((level) => level.code === user.level);
  const line = document.createElement("span");
  line.className = "pl-caret";
  line.style.setProperty("--hue", levelHue(rung?.order ?? 3));
  line.dataset["level"] = String(rung?.order ?? "none");
  const name = document.createElement("span");
  name.className = "pl-caret-name";
  name.textContent = [user.organisation, user.function].filter(Boolean).join(" · ");
  line.append(name);
  return line;
}

/** The clause around a place: the clause, the measure, or the heading last before it. */
function sectionAt(editor: Tiptap, at: number): string | null {
  let found: string | null = null;
  editor.state.doc.forEach((node, offset) => {
    if (offset <= at && (["heading", "clause", "measure"].includes(node.type.name))) found = (node.attrs["id"] as string | null) ?? found;
  });
  return found;
}

/** The words chosen, with a place that moves along with them. */
export function chosenIn(editor: Tiptap): Chosen | undefined {
  const { from, to, empty } = editor.state.selection;
  const sync = ySyncPluginKey.getState(editor.state) as { type: Y.XmlFragment; binding: { mapping: Map<unknown, unknown> } } | undefined;
  if (empty || !sync) return undefined;
  const relative = (at: number): unknown => JSON.parse(JSON.stringify(absolutePositionToRelativePosition(at, sync.type, sync.binding.mapping as never)));
  return { quotation: editor.state.doc.textBetween(from, to, "\n").slice(0, 2000), sectionId: sectionAt(editor, from), anchor: { anchor: relative(from), head: relative(to) } };
}

type EditorProps = {
  connection: DraftConnection; mode: Mode; label: string; language: string; levels: readonly Rung[];
  onSection: (id: string | null) => void; onComment?: ((chosen: Chosen) => void) | undefined; onReady?: (editor: Tiptap) => void;
};

/** Nothing is drawn before the text is here: an editor of its own making would write an empty block into it. */
export function Editor(props: EditorProps) {
  const standing = useStanding(props.connection);
  const here = standing?.synced || (standing?.kept && props.connection.doc.getXmlFragment("default").length > 0);
  return here ? <Writing {...props} /> : <output className="quiet"><Trans>The text is being fetched.</Trans></output>;
}

function Writing({ connection, mode, label, language, levels, onSection, onComment, onReady }: EditorProps) {
  const { t } = useLingui();
  const how = useRef({ mode, onSection, onComment, levels, capacity: null as string | null });
  const standing = useStanding(connection);
  useEffect(() => {
    how.current = { mode, onSection, onComment, levels, capacity: standing?.welcome?.capacity ?? null };
  });
  const toolbar = useRef<HTMLDivElement>(null);

  const editor = useEditor({
    immediatelyRender: false,
    shouldRerenderOnTransaction: false,
    // The extensions read both when somebody types, never while this renders.
    // oxlint-disable-next-line react/refs
    extensions: [...schemaExtensions, ...live(connection, how, toolbar)],
    editable: mode !== "read",
    editorProps: { attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, lang: language, dir: "auto", class: "policy-text pl-editor" } },
    onSelectionUpdate: ({ editor: self }) => how.current.onSection(sectionAt(self as Tiptap, self.state.selection.from)),
    onCreate: ({ editor: self }) => onReady?.(self as Tiptap),
  }, [connection, language]);
  useEffect(() => {
    editor?.setEditable(mode !== "read", false);
  }, [editor, mode]);

  if (!editor) return null;
  return (
    <div className="pl-writing">
      {mode !== "read" && <Toolbar editor={editor} ref={toolbar} suggesting={mode === "suggest"} onComment={onComment && (() => { const chosen = chosenIn(editor); if (chosen) onComment(chosen); })} />}
      <EditorContent editor={editor} />
      <span className="unseen">{mode === "suggest" ? t`You are suggesting: what you change is proposed, not done.` : ""}</span>
    </div>
  );
}

type How = React.RefObject<{ mode: Mode; onComment: ((chosen: Chosen) => void) | undefined; levels: readonly Rung[]; capacity: string | null }>;

/** Gives new blocks their id; of what is there already it changes nothing, since opening a text writes nothing. */
const BornWithId = UniqueID.extend({ onCreate() {} });

export function live(connection: Pick<DraftConnection, "doc" | "provider">, how: How, toolbar: React.RefObject<HTMLDivElement | null>): AnyExtension[] {
  const Suggesting = Extension.create({
    name: "suggesting",
    priority: 10,
    dispatchTransaction({ transaction, next }) {
      const { mode, capacity } = how.current;
      if (mode !== "suggest" || !transaction.docChanged || isChangeOrigin(transaction) || transaction.getMeta("addToHistory") === false) return next(transaction);
      const made = capacity ? asSuggestion(this.editor.state, transaction, capacity) : undefined;
      if (made) next(made);
    },
    addKeyboardShortcuts() {
      return {
        "Alt-F10": () => {
          toolbar.current?.querySelector<HTMLElement>("button:not([disabled])")?.focus();
          return true;
        },
        "Mod-Alt-m": () => {
          const chosen = chosenIn(this.editor as Tiptap);
          if (chosen) how.current.onComment?.(chosen);
          return Boolean(chosen);
        },
      };
    },
  });
  return [
    BornWithId.configure({ types: IDENTIFIED, attributeName: "id", generateID: () => crypto.randomUUID(), filterTransaction: (transaction) => !isChangeOrigin(transaction) }),
    Collaboration.configure({ document: connection.doc, field: "default" }),
    CollaborationCaret.configure({
      provider: connection.provider,
      user: {},
      render: (user) => caret(user as User, how.current.levels),
      selectionRender: () => ({ class: "pl-chosen-by-other" }),
    }),
    OwnCaret,
    drawnCaret(connection.doc),
    runsOfWords(connection.doc),
    Suggesting,
    Numbering,
  ];
}
