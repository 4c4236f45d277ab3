/** Yjs updates, format v1: made by hand, and read as far as counting needs. */

import { Cursor, Writer } from "./bytes.mjs";

/** How many clocks `begin` takes: a paragraph, its run of words, and the first words. */
export const BEGUN = 3;

/** A writer's own paragraph with its first words. */
export function begin(client, words = "a") {
  const update = new Writer().uint(1).uint(BEGUN).uint(client).uint(0);
  update.uint(7).uint(1).string("default").uint(3).string("paragraph");
  update.uint(7).uint(0).uint(client).uint(0).uint(6);
  update.uint(4).uint(0).uint(client).uint(1).string(words);
  return Uint8Array.from(update.uint(0).bytes);
}

/** More words after the writer's last letter, which has the clock before `clock`. */
export function more(client, clock, words) {
  const update = new Writer().uint(1).uint(1).uint(client).uint(clock);
  update.raw([0x84]).uint(client).uint(clock - 1).string(words);
  return Uint8Array.from(update.uint(0).bytes);
}

const cursor = new Cursor();

/** Tells `taker.saw(client, clock before, clock after)` of each run of structs in an update. */
export function readClocks(buffer, at, taker) {
  cursor.set(buffer, at);
  let clients = cursor.uint();
  while (clients-- > 0) {
    let structs = cursor.uint();
    const client = cursor.uint();
    let clock = cursor.uint();
    let begun = clock;
    while (structs-- > 0) {
      const info = buffer[cursor.at++];
      if ((info & 31) === 10) {
        // a hole: what stands before and after it is told apart
        if (clock > begun) taker.saw(client, begun, clock);
        clock += cursor.uint();
        begun = clock;
      } else {
        clock += structLength(info);
      }
    }
    if (clock > begun) taker.saw(client, begun, clock);
  }
}

function structLength(info) {
  const reference = info & 31;
  if (reference === 0) return cursor.uint();
  if (info & 0x80) {
    cursor.skip();
    cursor.skip();
  }
  if (info & 0x40) {
    cursor.skip();
    cursor.skip();
  }
  if ((info & 0xc0) === 0) skipPlace(info);
  if (reference === 4) return cursor.skipString();
  return otherLength(reference);
}

function skipPlace(info) {
  if (cursor.uint() === 1) cursor.skipChunk();
  else {
    cursor.skip();
    cursor.skip();
  }
  if (info & 0x20) cursor.skipChunk();
}

function otherLength(reference) {
  switch (reference) {
    case 1:
      return cursor.uint();
    case 2:
      return repeat(() => cursor.skipChunk());
    case 3:
    case 5:
      cursor.skipChunk();
      return 1;
    case 6:
      cursor.skipChunk();
      cursor.skipChunk();
      return 1;
    case 7: {
      const kind = cursor.uint();
      if (kind === 3 || kind === 5) cursor.skipChunk();
      return 1;
    }
    case 8:
      return repeat(skipAny);
    default:
      throw new RangeError(`An update holds content of kind ${reference}.`);
  }
}

function repeat(skip) {
  const count = cursor.uint();
  for (let index = 0; index < count; index++) skip();
  return count;
}

function skipAny() {
  const kind = cursor.buffer[cursor.at++];
  if (kind === 125) cursor.skip();
  else if (kind === 124) cursor.at += 4;
  else if (kind === 123 || kind === 122) cursor.at += 8;
  else if (kind === 119 || kind === 116) cursor.skipChunk();
  else if (kind === 117) repeat(skipAny);
  else if (kind === 118) {
    repeat(() => {
      cursor.skipChunk();
      skipAny();
    });
  } else if (kind < 120) throw new RangeError(`An update holds a value of kind ${kind}.`);
}
