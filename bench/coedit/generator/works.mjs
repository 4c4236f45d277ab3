/** The pieces of work, each told in bench/coedit/works.py. Each answers what Python is to know. */

import { Connection, Room, counts } from "./client.mjs";
import { Texts, documentOf, make, send } from "./documents.mjs";
import { each, median, sleep, until, window } from "./measuring.mjs";
import { memory } from "../../kit/processes.mjs";
import { gather, paced, part, saturated } from "./writing.mjs";

const WINDOW = 64;

/** One writes and 200 read. */
export async function oneWriter(server, { warm, seconds, readers }) {
  const rooms = await gather(server, [server.documents[0]], { people: readers + 1, writers: 1 });
  const found = {
    pacedTen: await paced(server, rooms, { rate: 10, warm, seconds }),
    one: await saturated(server, rooms, { onTheWay: 1, warm, seconds }),
    many: await saturated(server, rooms, { onTheWay: WINDOW, warm, seconds }),
  };
  part(rooms);
  return found;
}

/** Fifty write in one document, all reading each other. */
export async function manyWriters(server, { warm, seconds, writers }) {
  const rooms = await gather(server, [server.documents[0]], { people: writers, writers });
  const found = {
    paced: await paced(server, rooms, { rate: 5, warm, seconds }),
    presence: await paced(server, rooms, { rate: 5, warm, seconds, presence: true }),
    fourTimes: await paced(server, rooms, { rate: 20, warm, seconds }),
    saturated: await saturated(server, rooms, { onTheWay: WINDOW, warm, seconds }),
  };
  part(rooms);
  return found;
}

/** Many documents with three people each, all writing. */
export async function manyRooms(server, { warm, seconds }) {
  const rooms = await gather(server, server.documents, { people: 3, writers: 3 });
  const found = {
    paced: await paced(server, rooms, { rate: 1, warm, seconds }),
    saturated: await saturated(server, rooms, { onTheWay: WINDOW, warm, seconds: 2 * seconds }),
  };
  part(rooms);
  return found;
}

/** Makes a text, once for all servers. */
export const makeDocument = (_, options) => make(options);

/** Brings a text into a document, and stays until everybody has stored what they store. */
export async function fill(server, { document, settle }) {
  const text = documentOf(document);
  const stays = await send(server, server.documents[0], text, { stay: true });
  await sleep(settle);
  stays.leave();
  return {};
}

/** The first client after a restart: until it has the whole text. */
export async function firstClient(server, { document }) {
  const end = window(server);
  const milliseconds = await allAtOnce(server, documentOf(document), 1);
  return { milliseconds, ...end() };
}

/** So many come back at once; until the last has the text. One has stayed. */
export async function reconnect(server, { document, clients, times }) {
  const text = documentOf(document);
  const stays = await send(server, server.documents[0], text, { stay: true });
  const rounds = [];
  const end = window(server);
  for (let round = 0; round < times; round++) {
    rounds.push(await allAtOnce(server, text, clients));
    await sleep(0.5);
  }
  stays.leave();
  return { milliseconds: median(rounds), rounds, ...end() };
}

async function allAtOnce(server, text, clients) {
  const texts = new Texts(text);
  const room = new Room(server.documents[0], 0);
  const begun = performance.now();
  const here = Array.from({ length: clients }, (_, number) => {
    const token = server.tokens[number % server.tokens.length];
    return texts.of(new Connection(server, room, { token }));
  });
  await Promise.all(here.map((whole) => whole.connection.join()));
  await until(() => here.every((whole) => whole.at !== null), "not everybody has the text");
  const last = Math.max(...here.map((whole) => whole.at));
  part([room]);
  return last - begun;
}

/** Memory of many documents that are open: just written, then quiet, then left by everybody. */
export async function manyOpen(server, { document, settle, quiet }) {
  const text = documentOf(document);
  await send(server, server.documents[0], text); // what is made once is no document's memory
  await sleep(settle);
  const before = memory(server.pids);
  const names = server.documents.slice(1);
  const here = [];
  await each(names, 10, async (name) => here.push(await send(server, name, text, { stay: true })));
  await sleep(settle);
  const live = memory(server.pids);
  await sleep(quiet);
  const resting = memory(server.pids);
  for (const connection of here) connection.leave();
  await sleep(quiet);
  const left = memory(server.pids);
  const of = (after) => (after - before) / names.length / 1000;
  return {
    live: of(live),
    resting: of(resting),
    left: of(left),
    before: before / 1e6,
    documentKilobytes: text.bytes / 1000,
    cut: counts.cut,
  };
}

/** Some never read, while others write and read. */
export async function neverRead(server, { seconds, deaf }) {
  const shape = { people: 30, writers: 10, deaf };
  const rooms = await gather(server, [server.documents[0]], shape);
  await sleep(1);
  const before = memory(server.pids);
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, memory(server.pids));
  }, 200);
  const words = "policy ".repeat(585);
  rooms[0].unit = words.length;
  // who happens to write at the same moment, all along, is not what is asked here
  const end = await paced(server, rooms, { rate: 10, warm: 0, seconds, words, inTurn: true });
  clearInterval(look);
  part(rooms);
  return { megabytesMore: (most - before) / 1e6, ...end };
}

/** Writes until the server dies; answers what was acknowledged or seen by somebody else. */
export async function untilKilled(server) {
  const [room] = await gather(server, [server.documents[0]], { people: 8, writers: 6 });
  const writers = room.connections.filter((connection) => connection.writer >= 0);
  const timers = writers.map((connection) =>
    setInterval(() => connection.open && connection.write(1), 5 + Math.random() * 10),
  );
  process.stdout.write("writing\n");
  const ended = () => room.connections.every((connection) => !connection.open);
  await until(ended, "the server still lives", 120);
  timers.forEach(clearInterval);
  const reached = {};
  for (const writer of writers) {
    const seen = room.connections.map((connection) => connection.seen[writer.writer]);
    reached[writer.client] = Math.max(writer.acknowledged, ...seen);
  }
  return { reached };
}

/** How far each client is known in a document. */
export async function known(server) {
  const room = new Room(server.documents[0], 0);
  const connection = new Connection(server, room, { token: server.tokens[0] });
  connection.others = new Map();
  await connection.join();
  await sleep(1); // a server may answer before it has read its own store
  connection.leave();
  return { known: Object.fromEntries(connection.others) };
}

/** What the generator itself can take in, from a server that only passes on. */
export async function ceiling(server, { warm, seconds, writers }) {
  const rooms = await gather(server, [server.documents[0]], { people: writers, writers });
  const found = await saturated(server, rooms, { onTheWay: WINDOW, warm, seconds });
  part(rooms);
  return found;
}
