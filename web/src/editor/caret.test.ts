import type { Editor } from "@tiptap/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Mode } from "./Editor.tsx";
import { block, leave, two, typeAtOnce, written } from "./testing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  leave();
  vi.useRealTimers();
});

const CASES: [string, Uint8Array, number, number, Mode][] = [
  ["at the end of a paragraph", written(block("paragraph", "p", "2027/2028")), 10, 10, "write"],
  ["in the midst of a paragraph", written(block("paragraph", "p", "2027/2028"), block("paragraph", "q", "2027/2028")), 6, 6, "write"],
  ["at the beginning of a paragraph", written(block("paragraph", "p", "2027/2028")), 1, 1, "write"],
  ["at two places of one paragraph", written(block("paragraph", "p", "2027/2028")), 3, 8, "write"],
  ["in a clause", written(block("heading", "h", "1"), block("clause", "c", block("paragraph", "p", "100"), block("paragraph", "q", "2027/2028"))), 19, 19, "write"],
  ["in an item of a list", written(block("heading", "h", "1"), block("bulletList", "l", block("listItem", "i", block("paragraph", "p", "100")))), 9, 9, "write"],
  ["as suggestions", written(block("paragraph", "p", "2027/2028")), 10, 10, "suggest"],
];

describe("two who type at once each find their own letters in the order in which they typed them", () => {
  test.each(CASES)("%s", (_, start, mine, theirs, mode) => {
    for (let seed = 1; seed <= 8; seed++) {
      const [one, other] = two(start, mode);
      one.editor.commands.setTextSelection(mine);
      other.editor.commands.setTextSelection(theirs);
      typeAtOnce(one, other, seed);
      expect.soft(one.text, `seed ${seed}`).toBe(other.text);
      expect.soft(one.own, `seed ${seed}`).toBe(one.letters);
      expect.soft(other.own, `seed ${seed}`).toBe(other.letters);
    }
  });
});

function move({ state, view }: Editor, from: number, to: number) {
  const { tr } = state;
  const node = tr.doc.nodeAt(from)!;
  view.dispatch(tr.delete(from, from + node.nodeSize).insert(tr.mapping.map(to), node));
}

describe("a caret stays where its owner writes", () => {
  const START = written(block("heading", "h", "1"), block("paragraph", "p", "2027/2028"), block("paragraph", "q", "100"), block("paragraph", "r", "100"));
  /** The words before and behind the caret of who only listens, once the other has changed something. */
  function around(at: number, change: (other: Editor) => void) {
    const [one, other] = two(START);
    one.editor.commands.setTextSelection(at);
    change(other.editor);
    while (other.out.length) one.hears(other);
    const { $head, empty } = one.editor.state.selection;
    expect(one.text).toBe(other.text);
    expect(empty).toBe(true);
    const { parent, parentOffset } = $head;
    return `${parent.textContent.slice(0, parentOffset)}|${parent.textContent.slice(parentOffset)}`;
  }

  test("when others write before it and behind it in the same block", () => {
    expect(around(8, (other) => {
      other.commands.insertContentAt(5, "ABC");
      other.commands.insertContentAt(14, "DEF");
    })).toBe("2ABC027|/20DEF28");
  });
  test("when others delete words before it, or around it", () => {
    expect(around(8, (other) => other.commands.deleteRange({ from: 5, to: 7 }))).toBe("27|/2028");
    expect(around(8, (other) => other.commands.deleteRange({ from: 7, to: 10 }))).toBe("202|028");
    expect(around(8, (other) => other.commands.deleteRange({ from: 4, to: 13 }))).toBe("|");
  });
  test("when others part the block before it, behind it, or right there", () => {
    expect(around(8, (other) => other.chain().setTextSelection(6).splitBlock().run())).toBe("27|/2028");
    expect(around(8, (other) => other.chain().setTextSelection(10).splitBlock().run())).toBe("2027|/2");
    expect(around(8, (other) => other.chain().setTextSelection(8).splitBlock().run())).toBe("2027|");
  });
  test("when others join its block to the one before", () => {
    expect(around(16, (other) => other.view.dispatch(other.state.tr.join(14)))).toBe("2027/20281|00");
  });
  test("when others move its block, or one that says the same", () => {
    expect(around(8, (other) => move(other, 3, 24))).toBe("2027|/2028");
    expect(around(16, (other) => move(other, 19, 0))).toBe("1|00");
  });
  test("when others make it bold or a heading", () => {
    expect(around(8, (other) => other.chain().setTextSelection({ from: 5, to: 10 }).toggleMark("bold").run())).toBe("2027|/2028");
    expect(around(8, (other) => other.chain().setTextSelection(5).setNode("heading", { level: 2 }).run())).toBe("2027|/2028");
  });
  test("and what is chosen stays chosen, from the same side", () => {
    const [one, other] = two(START);
    one.editor.commands.setTextSelection({ from: 8, to: 4 });
    other.editor.commands.insertContentAt(4, "ABC");
    one.hears(other);
    const { anchor, head } = one.editor.state.selection;
    expect([anchor, head]).toEqual([11, 4]); // beside no letter, at the beginning: what others write there comes behind it
    expect(one.editor.state.doc.textBetween(head, anchor)).toBe("ABC2027");
  });
  test("and what was pressed for the next letter holds", () => {
    const [one, other] = two(START);
    one.editor.chain().setTextSelection(8).toggleMark("bold").run();
    other.types();
    one.hears(other);
    one.types();
    expect(one.editor.state.doc.nodeAt(9)?.marks.map((mark) => mark.type.name)).toEqual(["bold"]);
  });
  test("and goes back to where it was when its owner takes back what she wrote", () => {
    const [one, other] = two(START);
    one.editor.commands.setTextSelection(8);
    one.types();
    other.editor.commands.insertContentAt(5, "ABC");
    one.hears(other);
    one.editor.commands.undo();
    expect(one.editor.state.doc.child(1).textContent).toBe("2ABC027/2028");
    expect(one.editor.state.selection.head).toBe(11);
  });
});
