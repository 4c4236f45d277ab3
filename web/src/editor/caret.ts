/**
 * Keeps one's own caret where one writes while others' words come in.
 *
 * y-tiptap 3.0.9 asks Yjs where the letter beside the caret is now, and then mistrusts the answer in every block whose
 * words differ from before: it takes the block for a moved one and puts the caret back at its old distance from the
 * block's beginning. With each letter of another before it, a caret fell one letter behind what its owner had typed last,
 * and her words came out backwards. Its guess is needed only for what was taken out and put in anew; elsewhere Yjs is right.
 */
import { Extension } from "@tiptap/core";
import type { Fragment, Node } from "@tiptap/pm/model";
import { type EditorState, type Selection, TextSelection, type Transaction } from "@tiptap/pm/state";
import { type ProsemirrorBinding, relativePositionToAbsolutePosition, ySyncPluginKey } from "@tiptap/y-tiptap";
import { simpleDiff } from "lib0/diff";
import * as Y from "yjs";

type Held = { type: string; anchor: Y.RelativePosition | null; head: Y.RelativePosition | null };
type FromYjs = { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean };

export const OwnCaret = Extension.create({
  name: "ownCaret",
  dispatchTransaction({ transaction, next }) {
    const { state } = this.editor;
    const kept = keptIn(transaction, state);
    if (kept) transaction.setSelection(kept);
    if (kept?.empty && state.storedMarks) transaction.setStoredMarks(state.storedMarks); // bold was pressed: it holds
    next(transaction);
  },
});

/** One's selection after others' changes; undefined where y-tiptap may guess. */
function keptIn(transaction: Transaction, before: EditorState): Selection | undefined {
  const { isChangeOrigin, isUndoRedoOperation } = (transaction.getMeta(ySyncPluginKey) ?? {}) as FromYjs;
  if (!isChangeOrigin || !transaction.docChanged) return undefined;
  const { binding } = ySyncPluginKey.getState(before) as { binding: ProsemirrorBinding };
  const held = binding.beforeTransactionSelection as Held | null;
  if (held?.type !== "text" || !held.anchor || !held.head) return undefined;
  const found = (end: "anchor" | "head") =>
    besideItsLetter(held[end]!, binding) ??
    // What undoing goes back to is a place of long ago: no distance tells where that is now.
    (isUndoRedoOperation ? undefined : pushed(before.selection[end], before.doc, transaction.doc)) ??
    inItsText(held[end]!, binding);
  const [anchor, head] = [found("anchor"), found("head")];
  if (anchor === undefined || head === undefined) return undefined;
  return TextSelection.between(transaction.doc.resolve(anchor), transaction.doc.resolve(head));
}

/** Where Yjs says the place is, while the letter that it holds on to stands. */
function besideItsLetter(held: Y.RelativePosition, { doc, type, mapping }: ProsemirrorBinding): number | undefined {
  const letter = held.item ?? held.type;
  return letter && stands(bearer(letter, doc)) ? (relativePositionToAbsolutePosition(doc, type, held, mapping) ?? undefined) : undefined;
}

/** Where its letter was, while the text around that stands. */
function inItsText(held: Y.RelativePosition, { doc, type, mapping }: ProsemirrorBinding): number | undefined {
  const gap = Y.createAbsolutePositionFromRelativePosition(held, doc);
  if (!gap || !stands(gap.type._item ?? undefined)) return undefined;
  return relativePositionToAbsolutePosition(doc, type, Y.createRelativePositionFromTypeIndex(gap.type, gap.index, -1), mapping) ?? undefined;
}

/** Whether neither this nor anything around it is deleted. */
function stands(item: Y.Item | undefined): boolean {
  if (!item || item.deleted) return false;
  const { _item: around } = item.parent as Y.AbstractType<unknown>;
  return around === null || stands(around);
}

/** What bears this id now; what was undone and done again goes by another. */
function bearer(id: Y.ID, doc: Y.Doc): Y.Item | undefined {
  let found = Y.getItem(doc.store, id);
  while (found instanceof Y.Item && found.redone) found = Y.getItem(doc.store, found.redone);
  return found instanceof Y.Item ? found : undefined;
}

/** Where a place before or behind everything that changed has been pushed to; undefined amid the change. */
function pushed(at: number, before: Node, now: Node): number | undefined {
  const { index, remove, insert } = simpleDiff(flat(before.content), flat(now.content));
  if (at < index || (remove === 0 && insert === "")) return at;
  return at >= index + remove ? at + insert.length - remove : undefined;
}

/** A letter for each place. What kind a block is makes no difference: a paragraph made a heading is put in anew. */
function flat(content: Fragment): string {
  let said = "";
  content.forEach((node) => {
    said += node.text ?? (node.isLeaf ? "\u0001" : `\u0002${flat(node.content)}\u0003`);
  });
  return said;
}
