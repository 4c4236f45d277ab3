/**
 * The caret is where the browser draws it, also before the editor has heard of it.
 *
 * A click, or a key such as *End*, moves the caret in the browser. The event that tells ProseMirror so waits behind keys
 * already pressed and behind others' words and carets, which may come a moment before it. Then *Enter* parted the line where
 * the caret had been, or the caret was put back there, at worst at the beginning of the text. So each of these has the
 * editor look first. The event may be given by anybody: ProseMirror compares what it knows with what is drawn.
 */
import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import type * as Y from "yjs";

const look = () => void document.dispatchEvent(new Event("selectionchange"));

export function drawnCaret(doc: Y.Doc) {
  const beforeOthers = () => {
    if (doc._transaction?.local === false) look();
  };
  return Extension.create({
    name: "drawnCaret",
    priority: 1100, // ahead of y-tiptap, which notes the caret when others' words begin to come

    /** What changes neither words nor selection, such as others' carets, draws the selection anew all the same. */
    dispatchTransaction({ transaction, next }) {
      if (!transaction.docChanged && !transaction.selectionSet) {
        look();
        const { selection } = this.editor.state;
        if (!selection.eq(transaction.selection)) transaction.setSelection(selection);
      }
      next(transaction);
    },

    addProseMirrorPlugins() {
      return [
        new Plugin({
          props: {
            handleDOMEvents: {
              keydown: (_, event) => {
                if (!event.isComposing) look();
              },
            },
          },
          view() {
            doc.on("beforeAllTransactions", beforeOthers);
            return { destroy: () => doc.off("beforeAllTransactions", beforeOthers) };
          },
        }),
      ];
    },
  });
}
