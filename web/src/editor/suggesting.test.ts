import { getSchema } from "@tiptap/core";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { expect, test } from "vitest";
import { schemaExtensions } from "./schema.ts";
import { asSuggestion } from "./suggesting.ts";

const schema = getSchema(schemaExtensions);
const ME = "01920000-0000-0000-0000-000000000384";
const start = () => {
  const doc = schema.nodeFromJSON({ type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Cities may co-operate." }] }] });
  return EditorState.create({ doc, selection: TextSelection.create(doc, 11) });
};
const runs = (state: EditorState) => {
  const found: string[] = [];
  state.doc.descendants((node) => {
    if (node.isText) found.push(`${node.marks.map((mark) => mark.type.name).join()}:${node.text}`);
  });
  return found;
};
const suggest = (state: EditorState, change: (state: EditorState) => EditorState["tr"]) => {
  const made = asSuggestion(state, change(state), ME);
  if (!made) throw new Error("That is no suggestion.");
  return state.apply(made);
};

test("words deleted in suggesting mode stay, and are marked", () => {
  expect(runs(suggest(start(), (state) => state.tr.delete(8, 11)))).toEqual([":Cities ", "deletion:may", ": co-operate."]);
});

test("words typed over others leave those struck and stand beside them", () => {
  expect(runs(suggest(start(), (state) => state.tr.insertText("shall", 8, 11)))).toEqual([":Cities ", "deletion:may", "insertion:shall", ": co-operate."]);
});

test("what I suggested myself goes plainly when I delete it", () => {
  const once = suggest(start(), (state) => state.tr.insertText("all ", 8, 8));
  expect(runs(suggest(once, (state) => state.tr.delete(8, 12)))).toEqual([":Cities may co-operate."]);
});

test("a new paragraph is a block that carries a proposal; others' words are not split", () => {
  const made = suggest(start(), (state) => state.tr.split(11));
  expect(made.doc.childCount).toBe(2);
  expect(made.doc.child(0).textContent).toBe("Cities may co-operate.");
  expect(made.doc.child(1).attrs["proposal"]).toMatchObject({ kind: "insert", capacity: ME });
});
