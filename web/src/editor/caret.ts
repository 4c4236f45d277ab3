/**
 * Keeps one's own caret where one writes while others' words come in.
 *
 * y-tiptap 3.0.9 asks Yjs where the letter beside the caret is now, and then mistrusts the answer in every block whose
 * words differ from before: it takes the block for a moved one and puts the caret back at its old distance from the
 * block's beginning. With each letter of another before it, a caret fell one letter behind what its owner had typed last,
 * and her words came out backwards. Its guess is needed only for what was taken out and put in anew; elsewhere Yjs is right.
 */
import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type EditorState, type Selection, TextSelection, type Transaction } from "@tiptap/pm/state";
import { type ProsemirrorBinding, relativePositionToAbsolutePosition, ySyncPluginKey } from "@tiptap/y-tiptap";
import * as Y from "yjs";

type Held = { type: string; anchor: Y.RelativePosition | null; head: Y.RelativePosition | null };
type FromYjs = { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean };

export const OwnCaret = Extension.create({
  name: "ownCaret",
  dispatchTransaction({ transaction, next }) {
    const kept = keptIn(transaction, this.editor.state);
    if (kept) transaction.setSelection(kept);
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
  // What undoing goes back to is a place of long ago: no distance tells where that is now.
  const moved = isUndoRedoOperation ? () => undefined : (at: number) => pushed(at, before.doc, transaction.doc);
  const anchor = placeOf(held.anchor, binding) ?? moved(before.selection.anchor);
  const head = placeOf(held.head, binding) ?? moved(before.selection.head);
  if (anchor === undefined || head === undefined) return undefined;
  return TextSelection.between(transaction.doc.resolve(anchor), transaction.doc.resolve(head));
}

/** Where Yjs says the place is, as long as the letter or the text that it holds on to stands. */
function placeOf(held: Y.RelativePosition, { doc, type, mapping }: ProsemirrorBinding): number | undefined {
  const beside = held.item ?? held.type;
  for (let item = beside && standing(beside, doc); item !== null; item = (item.parent as Y.AbstractType<unknown>)._item) {
    if (!item || item.deleted) return undefined;
  }
  return relativePositionToAbsolutePosition(doc, type, held, mapping) ?? undefined;
}

/** What bears this id now; what was undone and done again goes by another. */
function standing(id: Y.ID, doc: Y.Doc): Y.Item | undefined {
  let found = Y.getItem(doc.store, id);
  while (found instanceof Y.Item && found.redone) found = Y.getItem(doc.store, found.redone);
  return found instanceof Y.Item ? found : undefined;
}

/** Where a place before or behind everything that changed has been pushed to; undefined amid the change. */
function pushed(at: number, before: Node, now: Node): number | undefined {
  const start = before.content.findDiffStart(now.content);
  const end = before.content.findDiffEnd(now.content);
  if (start === null || end === null || at < start) return at;
  const shared = Math.max(0, start - Math.min(end.a, end.b)); // `aa` beside `a`: either may be the new one
  return at >= end.a + shared ? at + end.b - end.a : undefined;
}
