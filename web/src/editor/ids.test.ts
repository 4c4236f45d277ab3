import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { block, leave, two, type Writer, written } from "./testing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  leave();
  vi.useRealTimers();
});

const ids = ({ editor }: Writer) => {
  const found: unknown[] = [];
  editor.state.doc.descendants((node) => {
    if ("id" in node.attrs) found.push(node.attrs.id);
  });
  return found;
};

test("a block parted in two keeps its id where its beginning is, and the new one has its own", () => {
  const [one, other] = two(written(block("paragraph", "p", "first second")));
  one.editor.chain().setTextSelection(7).splitBlock().run();
  while (one.out.length) other.hears(one);
  expect(ids(one)).toEqual(["p", expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(ids(other)).toEqual(ids(one));
});

test("blocks made from nothing have an id from birth", () => {
  const [one] = two(written(block("paragraph", "p", "words")));
  one.editor.commands.insertContentAt(6, { type: "heading", attrs: { level: 1 }, content: [{ type: "text", text: "New" }] });
  expect(new Set(ids(one)).size).toBe(ids(one).length);
  expect(ids(one)).not.toContain(null);
});

test("opening a text writes nothing into it, whatever its blocks lack", () => {
  const [one] = two(written(block("paragraph", "p", "words"), block("paragraph", "p", "the same id")));
  vi.advanceTimersByTime(1_000);
  expect(one.out).toEqual([]);
});
