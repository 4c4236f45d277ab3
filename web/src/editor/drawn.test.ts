import type { Editor } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { block, leave, two, written } from "./testing.ts";

/** The browser's own event of the caret, which waits for as long as these tests go on. */
const waits = (event: Event) => event.isTrusted && event.stopImmediatePropagation();
beforeEach(() => {
  vi.useFakeTimers();
  addEventListener("selectionchange", waits, true);
});
afterEach(() => {
  removeEventListener("selectionchange", waits, true);
  leave();
  vi.useRealTimers();
});

const START = written(block("paragraph", "p", "2027/2028"), block("image", "i"), block("paragraph", "q", "100"));
const END = 10; // of the first paragraph

/** As the key *End* does: the caret of somebody at work moves in the browser. */
function end({ view, commands }: Editor) {
  commands.setTextSelection(3);
  view.focus();
  vi.advanceTimersByTime(100);
  const { node, offset } = view.domAtPos(END);
  getSelection()!.collapse(node, offset);
  expect(view.state.selection.head).toBe(3);
}
const drawn = ({ view }: Editor) => view.posAtDOM(getSelection()!.anchorNode!, getSelection()!.anchorOffset);

describe("where the browser has put a caret, unheard of as yet, counts", () => {
  test("for the next key", () => {
    const [{ editor }] = two(START);
    let place: number | undefined;
    const handleKeyDown = ({ state }: EditorView) => {
      place = state.selection.head;
      return true;
    };
    editor.registerPlugin(new Plugin({ props: { handleKeyDown } }), (added, others) => [added, ...others]);
    end(editor);
    editor.view.dom.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    expect(place).toBe(END);
  });
  test("when another's words come", () => {
    const [one, other] = two(START);
    other.editor.commands.insertContentAt(14, "ABC");
    end(one.editor);
    one.hears(other);
    one.types();
    expect(one.text).toBe("2027/2028a\n1ABC00");
  });
  test("when another's caret comes", () => {
    const [{ editor }] = two(START);
    end(editor);
    editor.view.dispatch(editor.state.tr.setMeta("carets", true));
    expect(editor.state.selection.head).toBe(END);
    expect(drawn(editor)).toBe(END);
  });
});
