import type { Editor } from "@tiptap/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { block, leave, two, typeAtOnce, type Writer, written } from "./testing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  leave();
  vi.useRealTimers();
});

const START = written(block("paragraph", "p", "2027/2028"));
const blocks = (editor: Editor) => editor.state.doc.content.content.map((node) => node.textContent);
const runs = ({ doc }: Writer) => doc.getXmlFragment("default").toArray().map((each) => (each as Y.XmlElement).length);

test("two who begin a new paragraph at once find each letter once, in the order of each hand", () => {
  for (let seed = 1; seed <= 8; seed++) {
    const [one, other] = two(START);
    one.editor.chain().setTextSelection(10).splitBlock().run();
    while (one.out.length) other.hears(one);
    other.editor.commands.setTextSelection(12);
    typeAtOnce(one, other, seed);
    expect.soft(one.text, `seed ${seed}`).toBe(other.text);
    expect.soft(one.own, `seed ${seed}`).toBe(one.letters);
    expect.soft(other.own, `seed ${seed}`).toBe(other.letters);
    expect.soft(runs(one)).toEqual([1, 1]);
  }
});

test("blocks inside a new block have their run from the beginning as well", () => {
  const [one, other] = two(START);
  one.editor.commands.insertContentAt(11, { type: "bulletList", content: [{ type: "listItem", content: [{ type: "paragraph" }] }] });
  while (one.out.length) other.hears(one);
  for (const each of [one, other]) each.editor.commands.setTextSelection(14);
  typeAtOnce(one, other, 1);
  expect(one.text).toBe(other.text);
  expect([one.own, other.own]).toEqual([one.letters, other.letters]);
});

test("who takes back a new paragraph takes back its run, and may do it again", () => {
  const [one, other] = two(START);
  vi.advanceTimersByTime(1_000); // what was done before is another step
  one.editor.chain().setTextSelection(5).splitBlock().run();
  one.editor.chain().setTextSelection(12).splitBlock().run();
  while (one.out.length) other.hears(one);
  expect(blocks(other.editor)).toEqual(["2027", "/2028", ""]);
  one.editor.commands.undo();
  expect(blocks(one.editor)).toEqual(["2027/2028"]);
  one.editor.commands.redo();
  while (one.out.length) other.hears(one);
  expect(blocks(other.editor)).toEqual(["2027", "/2028", ""]);
});

test("who only opens a text changes nothing in it", () => {
  const [one] = two(written(block("paragraph", "p"), block("paragraph", "q", "100")));
  expect(one.out).toEqual([]);
  one.editor.commands.setTextSelection(6);
  one.types();
  expect(runs(one)).toEqual([0, 1]);
});
