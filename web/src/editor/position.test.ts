import { expect, test } from "vitest";
import * as Y from "yjs";
import { holds, Position } from "./position.ts";

const written = (words: string, doc = new Y.Doc()) => {
  doc.getText("words").insert(0, words);
  return doc;
};
const stateOf = (doc: Y.Doc) => Y.decodeStateVector(Y.encodeStateVector(doc));

test("a document holds a state when it has everything that the state counts", () => {
  const doc = written("one");
  const before = stateOf(doc);
  written("two", doc);
  expect(holds(doc, before)).toBe(true);
  const behind = new Y.Doc();
  expect(holds(behind, before)).toBe(false);
});

test("a position is believed only once the text has been brought", () => {
  const position = new Position(new Y.Doc());
  position.opens();
  position.welcomes(7);
  position.tells(9);
  expect(position.known).toBeUndefined();
  expect(position.brought()).toBe(true);
  expect(position.known).toBe(9);
  position.tells(12);
  expect(position.known).toBe(12);
  position.tells(11); // never backwards while the line stands
  expect(position.known).toBe(12);
});

test("a new connection begins where the last one ended, and moves on once it has brought what was missed", () => {
  const doc = written("kept here");
  const position = new Position(doc);
  position.known = 5;
  position.opens();
  position.welcomes(8);
  expect(position.known).toBe(5);
  position.stands(stateOf(doc));
  expect(position.brought()).toBe(true);
  expect(position.known).toBe(8);
});

test("a kept position that is ahead of what is kept is given up, and everything is asked for", () => {
  const here = written("half of it");
  const there = written(" and the rest", written("half of it"));
  const position = new Position(here);
  position.known = 5;
  position.opens();
  position.welcomes(5);
  position.stands(stateOf(there));
  expect(position.brought()).toBe(false);
  expect(position.known).toBeUndefined();
  position.opens();
  position.welcomes(5);
  Y.applyUpdate(here, Y.encodeStateAsUpdate(there));
  position.stands(stateOf(there));
  expect(position.brought()).toBe(true);
  expect(position.known).toBe(5);
});

test("where the server's log was set back its own position counts from then on", () => {
  const doc = written("more than the server has");
  const position = new Position(doc);
  position.known = 1000;
  position.opens();
  position.welcomes(5);
  position.stands(new Map());
  expect(position.brought()).toBe(true);
  expect(position.known).toBe(5);
});

test("what the server asks for later does not stand for its state at the beginning", () => {
  const doc = written("here");
  const position = new Position(doc);
  position.known = 5;
  position.opens();
  position.welcomes(6);
  position.stands(stateOf(doc));
  position.stands(stateOf(written("asked for in between")));
  expect(position.brought()).toBe(true);
});
