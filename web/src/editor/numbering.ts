/** The numbers of clauses while they are written: computed as the server computes them, never stored. */
import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

type Block = { type: string; level?: number };

/** One number for each heading, clause and measure; undefined for what has none. */
export function numbersOf(blocks: readonly Block[]): (string | undefined)[] {
  const open: { level: number; number: string }[] = [];
  const counts = new Map<string, number>();
  return blocks.map(({ type, level = 1 }) => {
    if (!["heading", "clause", "measure"].includes(type)) return undefined;
    if (type === "heading") while (open.length > 0 && (open.at(-1)?.level ?? 0) >= level) open.pop();
    const parent = open.at(-1)?.number ?? "";
    const count = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, count);
    const number = parent ? `${parent}.${count}` : String(count);
    if (type === "heading") open.push({ level, number });
    return number;
  });
}

function drawn(doc: Node): DecorationSet {
  const blocks: Block[] = [];
  const places: [number, number][] = [];
  doc.forEach((node, offset) => {
    blocks.push({ type: node.type.name, level: node.attrs["level"] as number });
    places.push([offset, offset + node.nodeSize]);
  });
  const numbered = numbersOf(blocks).flatMap((number, place) => {
    const at = places[place];
    return number && at ? [Decoration.node(at[0], at[1], { "data-number": number })] : [];
  });
  return DecorationSet.create(doc, numbered);
}

/** Shows each number in the margin; it is no part of the text, cannot be chosen and is never copied. */
export const Numbering = Extension.create({
  name: "numbering",
  addProseMirrorPlugins() {
    return [
      new Plugin<DecorationSet>({
        state: {
          init: (_, { doc }) => drawn(doc),
          apply: (transaction, before) => (transaction.docChanged ? drawn(transaction.doc) : before),
        },
        props: {
          decorations(state) {
            return this.getState(state);
          },
        },
      }),
    ];
  },
});
