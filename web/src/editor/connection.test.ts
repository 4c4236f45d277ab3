import * as encoding from "lib0/encoding";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { Ledger, updateIn, wordsIn } from "./connection.ts";

const frame = (kind: number, update: Uint8Array) => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
};
const written = (words: string) => {
  const doc = new Y.Doc();
  const paragraph = new Y.XmlElement("paragraph");
  doc.getXmlFragment("default").insert(0, [paragraph]);
  paragraph.insert(0, [new Y.XmlText(words)]);
  return Y.encodeStateAsUpdate(doc);
};

test("words are stored only when the server has counted as many updates as were sent", () => {
  const ledger = new Ledger();
  expect(ledger.settled).toBe(true);
  ledger.send(frame(1, written("one")));
  ledger.send(frame(2, written("two")));
  expect(ledger.settled).toBe(false);
  ledger.acknowledge(1);
  expect(ledger.settled).toBe(false);
  ledger.acknowledge(2);
  expect(ledger.settled).toBe(true);
});

test("a question for the other's state and presence count as nothing sent", () => {
  const ledger = new Ledger();
  expect(ledger.send(frame(0, new Uint8Array([0])))).toBe(false);
  expect(ledger.send(new Uint8Array([1, 0]))).toBe(false);
  expect(ledger.sent).toBe(0);
});

test("what was refused, or was still on its way behind it, is kept as words", () => {
  const ledger = new Ledger();
  ledger.send(frame(2, written("stored before")));
  ledger.acknowledge(1);
  ledger.send(frame(2, written("refused")));
  ledger.send(frame(2, written("behind it")));
  expect(ledger.words()).toBe("refused\nbehind it");
});

test("an update is found in the frames that carry one", () => {
  const update = written("Every city");
  expect(updateIn(frame(2, update))).toEqual(update);
  expect(wordsIn(update).trim()).toBe("Every city");
});
