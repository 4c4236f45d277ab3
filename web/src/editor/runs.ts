/**
 * Gives each block that somebody begins the run of words that it will hold.
 *
 * Yjs keeps words in a run (Y.XmlText) inside the block, and y-tiptap makes it with the first letter. Of two who began an
 * empty block at once each made one, and y-tiptap then joins two such runs in both editors: letters stood there twice.
 * A block's run is made by whoever makes the block; so all write into the same.
 */
import { Extension } from "@tiptap/core";
import type { Schema } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import * as Y from "yjs";

export const runsOfWords = (doc: Y.Doc) =>
  Extension.create({
    name: "runsOfWords",
    addProseMirrorPlugins: () => [new Plugin({
      view: ({ state }) => {
        const fill = (transaction: Y.Transaction) => {
          if (transaction.origin !== ySyncPluginKey) return; // whoever made those blocks does it
          const without = begun(transaction, state.schema);
          // With the same origin, undoing takes the run away with its block.
          if (without.length > 0) doc.transact(({ meta }) => {
            meta.set("addToHistory", transaction.meta.get("addToHistory"));
            for (const element of without) element.insert(0, [new Y.XmlText()]);
          }, ySyncPluginKey);
        };
        doc.on("beforeObserverCalls", fill);
        return { destroy: () => doc.off("beforeObserverCalls", fill) };
      },
    })],
  });

/** The blocks for words that this transaction made and that hold nothing yet. */
function begun({ changed, beforeState }: Y.Transaction, { nodes }: Schema): Y.XmlElement[] {
  const found: Y.XmlElement[] = [];
  const look = (parent: Y.XmlFragment) => {
    for (const child of parent.toArray()) {
      const { client, clock } = child._item!.id;
      if (!(child instanceof Y.XmlElement) || clock < (beforeState.get(client) ?? 0)) continue;
      if (nodes[child.nodeName]?.inlineContent && child.length === 0) found.push(child);
      else look(child);
    }
  };
  for (const [type, keys] of changed) if (type instanceof Y.XmlFragment && keys.has(null)) look(type);
  return found;
}
