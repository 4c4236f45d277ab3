/** What tests of two editors stand on: people at one text, whose changes reach one another late. */
import { Editor } from "@tiptap/core";
import type { WebsocketProvider } from "y-websocket";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import { vi } from "vitest";
import * as Y from "yjs";
import { live, type Mode } from "./Editor.tsx";
import { schemaExtensions } from "./schema.ts";

const ORIGIN = "wire";

/** One person at the text, with the editor as it is on the page; what she does waits in `out` until it is delivered. */
export class Writer {
  readonly doc = new Y.Doc();
  readonly awareness: Awareness;
  readonly out: Uint8Array[] = [];
  editor!: Editor;
  private typed = 0;

  constructor(readonly letters: string, client: number, start: Uint8Array, mode: Mode) {
    this.doc.clientID = client;
    this.awareness = new Awareness(this.doc);
    Y.applyUpdate(this.doc, start, ORIGIN);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== ORIGIN) this.out.push(update);
    });
    const how = { current: { mode, onComment: undefined, levels: [], capacity: `capacity-${client}` } };
    const provider = { awareness: this.awareness } as unknown as WebsocketProvider;
    this.editor = new Editor({ element: document.body.appendChild(document.createElement("div")), extensions: [...schemaExtensions, ...live({ doc: this.doc, provider }, how, { current: null })], editorProps: { handleScrollToSelection: () => true } });
    this.editor.view.hasFocus = () => true;
  }

  types() {
    const { view } = this.editor;
    const letter = this.letters[this.typed++];
    if (letter) view.dispatch(view.state.tr.insertText(letter));
  }
  hears(other: Writer) {
    const update = other.out.shift();
    if (update) Y.applyUpdate(this.doc, update, ORIGIN);
    applyAwarenessUpdate(this.awareness, encodeAwarenessUpdate(other.awareness, [other.doc.clientID]), ORIGIN);
  }
  get left() {
    return this.typed < this.letters.length;
  }
  get text() {
    return this.editor.state.doc.textBetween(0, this.editor.state.doc.content.size, "\n");
  }
  get own() {
    return [...this.text].filter((letter) => this.letters.includes(letter)).join("");
  }
}

/** Chance that comes the same each time. */
function chance(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Block = { kind: string; id: string; inside: (string | Block)[] };
export const block = (kind: string, id: string, ...inside: (string | Block)[]): Block => ({ kind, id, inside });
function made({ kind, id, inside }: Block): Y.XmlElement {
  const element = new Y.XmlElement(kind);
  element.setAttribute("id", id);
  element.insert(0, inside.map((each) => (typeof each === "string" ? new Y.XmlText(each) : made(each))));
  return element;
}
export function written(...blocks: Block[]) {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.getXmlFragment("default").insert(0, blocks.map(made));
  return Y.encodeStateAsUpdate(doc);
}

const writers: Writer[] = [];
export function two(start: Uint8Array, mode: Mode = "write") {
  const pair = [new Writer("abcdefghijklmnopqrstuvwxyz", 2, start, mode), new Writer("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3, start, mode)] as const;
  writers.push(...pair);
  return pair;
}
/** Everybody leaves. */
export function leave() {
  for (const { editor, awareness, doc } of writers.splice(0)) {
    editor.destroy();
    awareness.destroy();
    doc.destroy();
  }
}

/** Both type their letters, and hear of each other late, in an order left to chance. */
export function typeAtOnce(one: Writer, other: Writer, seed: number) {
  const next = chance(seed);
  for (let step = 0; step < 160; step++) {
    const [acts, hears] = next(2) ? [one, other] : [other, one];
    if (next(3)) acts.types();
    else hears.hears(acts);
    vi.advanceTimersByTime(next(2)); // draws the other's caret
  }
  while (one.left || other.left) for (const each of [one, other]) each.types();
  while (one.out.length || other.out.length) {
    one.hears(other);
    other.hears(one);
  }
}
