/** Writers at work: as fast as a window of updates on the way lets them, or at a pace. */

import { Connection, Room } from "./client.mjs";
import { each, sleep, until, window } from "./measuring.mjs";

const TOGETHER = 50; // connections that are opened at once

/** Opens rooms with so many people each, the first of whom write. Everybody has everything. */
export async function gather(server, names, { people, writers, deaf = 0 }) {
  const rooms = names.map((name) => new Room(name, writers));
  const all = rooms.flatMap((room) => Array.from({ length: people }, (_, number) => [room, number]));
  await each(all, TOGETHER, async ([room, number], order) => {
    const writer = number < writers ? number : -1;
    const token = server.tokens[order % server.tokens.length];
    const connection = new Connection(server, room, { writer, token });
    await connection.join();
  });
  for (const room of rooms) for (const writer of writersOf(room)) writer.begin();
  for (const room of rooms) await together(room);
  for (let number = 0; number < deaf; number++) await listener(server, rooms[0]);
  return rooms;
}

/** Somebody who never reads what comes after the text; counts as no receiver. */
async function listener(server, room) {
  const token = server.tokens[room.connections.length % server.tokens.length];
  const connection = new Connection(server, room, { token, deaf: true });
  room.connections.pop();
  await connection.join();
}

/** Waits until everybody has all that was sent. */
export async function together(room, seconds) {
  await until(() => behind(room) === 0, "not everybody has everything", seconds);
}

/** How many letters × receivers are still on the way. */
function behind(room) {
  let missing = 0;
  for (const connection of room.connections) {
    for (let writer = 0; writer < room.writers; writer++) {
      if (writer !== connection.writer) missing += room.next[writer] - connection.seen[writer];
    }
  }
  return missing;
}

/** The connection of each writer of a room, in order. */
function writersOf(room) {
  const found = [];
  for (const connection of room.connections) {
    if (connection.writer >= 0) found[connection.writer] = connection;
  }
  return found;
}

/** Everybody writes whenever fewer than `onTheWay` of their updates are on the way. */
export async function saturated(server, rooms, { onTheWay, warm, seconds }) {
  let going = true;
  for (const room of rooms) {
    const writers = writersOf(room);
    const fill = (writer) => {
      const free = Math.floor(onTheWay - room.onTheWay(writer));
      if (going && free > 0) writers[writer].write(free);
    };
    room.whenDelivered = onTheWay === 1 ? fill : gathered(fill);
    for (let writer = 0; writer < room.writers; writer++) fill(writer);
  }
  await sleep(warm);
  const end = window(server);
  await sleep(seconds);
  const found = end();
  going = false;
  for (const room of rooms) await together(room);
  for (const room of rooms) room.whenDelivered = null;
  return found;
}

/** Does the work once for all that was read in one go. */
function gathered(work) {
  const waiting = new Set();
  const run = () => {
    const all = [...waiting];
    waiting.clear();
    all.forEach(work);
  };
  return (writer) => {
    if (waiting.size === 0) setImmediate(run);
    waiting.add(writer);
  };
}

/** Everybody writes so often a second, each at moments of their own: by chance, or in turn. */
export async function paced(server, rooms, { rate, warm, seconds, inTurn = false, ...what }) {
  const writers = rooms.flatMap(writersOf);
  const begun = performance.now() / 1000;
  const place = inTurn ? (number) => number / writers.length : Math.random;
  const due = writers.map((_, number) => begun + place(number) / rate);
  const timer = setInterval(() => {
    const now = performance.now() / 1000;
    writers.forEach((connection, number) => {
      if (due[number] > now || !connection.open) return;
      due[number] += 1 / rate;
      connection.write(1, what);
    });
  }, 2);
  await sleep(warm);
  const end = window(server);
  await sleep(seconds);
  clearInterval(timer);
  for (const room of rooms) await together(room);
  return end();
}

/** Everybody goes. */
export function part(rooms) {
  for (const room of rooms) for (const connection of room.connections) connection.leave();
}
