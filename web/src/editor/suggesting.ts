/**
 * Suggesting: what somebody types becomes a proposal instead of a change. Our own transform of transactions:
 * words deleted stay and are marked, words inserted are marked, a new block carries a proposal. What the person
 * suggested herself is taken back plainly.
 */
import { Fragment, type Mark, type Node, Slice } from "@tiptap/pm/model";
import type { EditorState, Transaction } from "@tiptap/pm/state";
import { TextSelection } from "@tiptap/pm/state";
import { ReplaceStep, Transform } from "@tiptap/pm/transform";
import type { Signature } from "./schema.ts";

const NEAR = 5 * 60_000;

/** The signature to use: one's own beside the cursor while it is fresh, so that a sentence is one suggestion. */
function signed(state: EditorState, at: number, capacity: string, now: Date): Signature {
  const marks = [...state.doc.resolve(at).marks(), ...(state.doc.nodeAt(at)?.marks ?? []), ...(at > 0 ? (state.doc.resolve(at).nodeBefore?.marks ?? []) : [])];
  const own = marks.find((mark) => isSuggestion(mark) && mark.attrs["capacity"] === capacity && now.getTime() - Date.parse(String(mark.attrs["at"])) < NEAR);
  return own ? (own.attrs as Signature) : { id: crypto.randomUUID(), capacity, at: now.toISOString() };
}
const isSuggestion = (mark: Mark) => mark.type.name === "insertion" || mark.type.name === "deletion";
const ownInsertion = (node: Node, capacity: string) => node.marks.some((mark) => mark.type.name === "insertion" && mark.attrs["capacity"] === capacity);

/** The transaction as suggestions, or undefined where it can't be said as suggestions. */
export function asSuggestion(state: EditorState, transaction: Transaction, capacity: string, now = new Date()): Transaction | undefined {
  const made = state.tr;
  let cursor: number | undefined;
  for (const step of transaction.steps) {
    if (!(step instanceof ReplaceStep) || transaction.steps.length !== 1) return undefined;
    const { from, to, slice } = step;
    const signature = signed(state, from, capacity, now);
    const end = strike(made, from, to, signature, capacity);
    if (slice.size > 0) {
      const put = insert(made, end, slice, signature);
      if (put === undefined) return undefined;
      cursor = put;
    } else {
      // Backspace goes on to the left of what it struck; Delete to the right.
      cursor = state.selection.head >= to ? Math.min(from, made.doc.content.size) : end;
    }
  }
  if (cursor !== undefined) made.setSelection(TextSelection.near(made.doc.resolve(Math.min(cursor, made.doc.content.size))));
  return made.setStoredMarks([]).scrollIntoView();
}

/** Marks the words between as deleted; one's own insertions simply go. Answers where the end is now. */
function strike(made: Transform, from: number, to: number, signature: Signature, capacity: string): number {
  const { deletion } = made.doc.type.schema.marks;
  const runs: { from: number; to: number; own: boolean }[] = [];
  made.doc.nodesBetween(from, to, (node, at) => {
    if (!node.isText) return;
    const own = ownInsertion(node, capacity);
    if (own || !node.marks.some((mark) => mark.type === deletion)) runs.push({ from: Math.max(from, at), to: Math.min(to, at + node.nodeSize), own });
  });
  let end = to;
  for (const run of runs.toReversed()) {
    if (run.own) {
      made.delete(run.from, run.to);
      end -= run.to - run.from;
    } else if (deletion) made.addMark(run.from, run.to, deletion.create(signature));
  }
  return end;
}

function insert(made: Transform, at: number, slice: Slice, signature: Signature): number | undefined {
  const { insertion, deletion } = made.doc.type.schema.marks;
  const { paragraph } = made.doc.type.schema.nodes;
  if (!insertion || !deletion || !paragraph) return undefined;
  const lines: Fragment[] = [];
  if (slice.content.firstChild?.isInline) lines.push(slice.content);
  else slice.content.descendants((node) => {
    if (!node.isTextblock) return true;
    lines.push(node.content);
    return false;
  });
  if (lines.length === 0) return undefined;
  const marked = (content: Fragment) => Fragment.from(mapped(content, (node) =>
    node.isText ? node.mark(insertion.create(signature).addToSet(node.marks.filter((mark) => mark.type !== deletion && mark.type !== insertion))) : node));
  let cursor = at;
  const [first, ...others] = lines;
  if (first && first.size > 0) {
    made.replace(at, at, new Slice(marked(first), 0, 0));
    cursor = at + first.size;
  }
  // What would have been a new paragraph becomes one after this block; splitting others' words is no suggestion.
  for (const line of others) {
    const place = made.doc.resolve(cursor).after();
    made.insert(place, paragraph.create({ id: crypto.randomUUID(), proposal: { ...signature, kind: "insert" } }, marked(line)));
    cursor = place + 1 + line.size;
  }
  return cursor;
}

function mapped(content: Fragment, change: (node: Node) => Node): Node[] {
  const made: Node[] = [];
  content.forEach((node) => made.push(change(node)));
  return made;
}
