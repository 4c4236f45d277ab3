/** Texts with a history of edits, made once with Yjs, and brought into a server over the wire. */

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Writer } from "./bytes.mjs";
import { Connection, Room, arrival } from "./client.mjs";
import { until } from "./measuring.mjs";
import { readClocks } from "./updates.mjs";

const LARGEST = 150_000; // bytes sent at once
const IDS_EACH = 8; // client ids that one connection may bring

/** A generator of numbers from 0 to 1 that gives the same ones every time. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Writes the text to a file. People take turns: a word of three to nine letters somewhere in a
 * paragraph, or every seventh time some letters away; a new paragraph now and then.
 */
export async function make({ yjs, bytes, people, turn, seed, file }) {
  const Y = await import(pathToFileURL(yjs).href);
  const roll = dice(seed);
  const pick = (count) => Math.floor(roll() * count);
  const doc = new Y.Doc();
  const root = doc.getXmlFragment("default");
  const clients = Array.from({ length: people }, () => 2 ** 27 + pick(2 ** 27));
  const turns = [];
  doc.on("update", (update) => turns.at(-1).updates.push(update));
  const words = [];
  const addParagraph = () => {
    const element = new Y.XmlElement("paragraph");
    const run = new Y.XmlText();
    element.setAttribute("id", uuid(roll));
    element.insert(0, [run]);
    doc.transact(() => root.insert(pick(root.length + 1), [element]));
    words.push(run);
  };
  const edit = () => {
    if (words.length === 0 || roll() < 0.005) addParagraph();
    const run = words[pick(words.length)];
    if (run.length > 20 && roll() < 1 / 7) run.delete(pick(run.length - 9), 1 + pick(8));
    else run.insert(pick(run.length + 1), `${word(pick)} `);
  };
  let size = 0;
  for (let edits = 0; size < bytes; edits++) {
    if (edits % turn === 0) {
      doc.clientID = clients[pick(people)];
      turns.push({ client: doc.clientID, updates: [] });
    }
    edit();
    if (edits % turn === turn - 1) size = Y.encodeStateAsUpdate(doc).length;
  }
  const batches = turns.map(({ client, updates }) => [client, Y.mergeUpdates(updates)]);
  const structs = [...doc.store.clients.values()].reduce((sum, list) => sum + list.length, 0);
  const text = {
    bytes: Y.encodeStateAsUpdate(doc).length,
    structs,
    letters: words.reduce((sum, run) => sum + run.length, 0),
    people,
    ends: Object.fromEntries(Y.decodeStateVector(Y.encodeStateVector(doc))),
    batches: packed(Y, batches).map(([client, update]) => [
      client,
      Buffer.from(update).toString("base64"),
    ]),
  };
  writeFileSync(file, JSON.stringify(text));
  return { bytes: text.bytes, structs, letters: text.letters };
}

const VOWELS = "aeiou";
const CONSONANTS = "bcdfghlmnprstv";

function word(pick) {
  const length = 3 + pick(7);
  let letters = "";
  for (let at = 0; at < length; at++) {
    const from = at % 2 ? VOWELS : CONSONANTS;
    letters += from[pick(from.length)];
  }
  return letters;
}

function uuid(roll) {
  const hex = Array.from({ length: 32 }, () => Math.floor(roll() * 16).toString(16)).join("");
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-a$4-$5").slice(0, 36);
}

/** Turns that follow each other, together, where a connection may bring all their client ids. */
function packed(Y, turns) {
  const few = new Set(turns.map(([client]) => client)).size <= IDS_EACH;
  const packs = [];
  let pack = null;
  for (const [client, update] of turns) {
    const fits =
      pack &&
      (few || pack.client === client) &&
      pack.size + update.length < LARGEST;
    if (!fits) {
      pack = { client, size: 0, updates: [] };
      packs.push(pack);
    }
    pack.updates.push(update);
    pack.size += update.length;
  }
  return packs.map(({ client, updates }) => [client, Y.mergeUpdates(updates)]);
}

const read = new Map();

/** A text that was made before. */
export function documentOf(file) {
  if (!read.has(file)) read.set(file, new Text(JSON.parse(readFileSync(file, "utf8"))));
  return read.get(file);
}

class Text {
  constructor(said) {
    Object.assign(this, said);
    this.ends = Object.entries(said.ends).map(([client, end]) => [Number(client), end]);
    this.batches = said.batches.map(([client, data]) => [client, Buffer.from(data, "base64")]);
  }

  /** Whether a client that was told this much has the whole text. */
  isIn(known) {
    return this.ends.every(([client, end]) => (known.get(client) ?? 0) >= end);
  }
}

/** Brings a text into a document, each of many people over a connection of their own. */
export async function send(server, name, text, { stay = false } = {}) {
  const room = new Room(name, 0);
  const connections = new Map();
  const connectionOf = async (client) => {
    const key = text.people > IDS_EACH ? client : 0;
    if (!connections.has(key)) {
      const token = server.tokens[connections.size % server.tokens.length];
      const connection = new Connection(server, room, { token });
      connection.others = new Map();
      connections.set(key, await connection.join());
    }
    return connections.get(key);
  };
  for (const [client, update] of text.batches) {
    const ends = endsOf(update);
    const connection = await connectionOf(client);
    connection.say(new Writer().uint(0).uint(2).chunk(update).bytes);
    const arrived = () => ends.every(([key, end]) => (connection.others.get(key) ?? 0) >= end);
    await until(arrived, `${server.name} has not taken in a text`);
  }
  const [kept, ...others] = connections.values();
  for (const connection of stay ? others : [kept, ...others]) connection.leave();
  return kept;
}

function endsOf(update) {
  const ends = new Map();
  readClocks(update, 0, { saw: (client, _, end) => ends.set(client, end) });
  return [...ends];
}

/** When each of many clients has the whole text. Equal bytes are read once. */
export class Texts {
  constructor(text) {
    this.text = text;
    this.verified = null;
  }

  of(connection) {
    connection.others = new Map();
    connection.texts = new Whole(this, connection);
    return connection.texts;
  }
}

class Whole {
  constructor(texts, connection) {
    this.texts = texts;
    this.connection = connection;
    this.at = null;
  }

  /** Takes in an update while the text is not whole; answers whether it has. */
  takes(buffer, start, end) {
    if (this.at !== null) return false;
    const { verified, text } = this.texts;
    const same = verified?.length === end - start && verified.compare(buffer, start, end) === 0;
    if (!same) {
      readClocks(buffer, start, this.connection);
      if (!text.isIn(this.connection.others)) return true;
      this.texts.verified = Buffer.from(buffer.subarray(start, end));
    }
    this.at = arrival();
    return true;
  }
}
