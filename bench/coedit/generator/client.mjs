/** One connection to any of the servers, and the room in which its updates are counted. */

import net from "node:net";
import { Cursor, Writer, uint } from "./bytes.mjs";
import { FrameReader, frame, head, pong } from "./frames.mjs";
import { BEGUN, begin, more, readClocks } from "./updates.mjs";
import { Latencies } from "./latencies.mjs";

const REMEMBERED = 8192; // sending times a writer; more are never on the way
const shared = Buffer.allocUnsafe(1 << 20); // every socket reads into it: it is used up at once

/** Counts of the whole run. */
export const counts = {
  delivered: 0, // updates × receivers other than their author
  deliveredAt: 0, // when the last of them came in
  frames: 0,
  bytes: 0,
  presence: 0,
  sent: 0,
  cut: [],
};

export const latencies = new Latencies();

let now = 0; // when the bytes in hand came in

export const arrival = () => now;

/** One document: who writes in it, and how far each writer has reached the others. */
export class Room {
  constructor(name, writers) {
    this.name = name;
    this.base = 2 ** 28 + Math.floor(Math.random() * 2 ** 29);
    this.writers = writers;
    this.unit = 1; // letters an update
    this.connections = [];
    this.next = new Int32Array(writers); // the clock that a writer gives to its next letter
    this.delivered = new Float64Array(writers); // letters × receivers
    this.times = Array.from({ length: writers }, () => new Float64Array(REMEMBERED));
    this.whenDelivered = null;
  }

  get receivers() {
    return this.connections.length - 1;
  }

  /** How many updates of a writer are on the way, on the average of its receivers. */
  onTheWay(writer) {
    return this.next[writer] - this.delivered[writer] / this.receivers;
  }
}

/** A client of the y-websocket wire, or of Hocuspocus', which puts the name before each message. */
export class Connection {
  constructor(server, room, { writer = -1, token = "", deaf = false } = {}) {
    this.server = server;
    this.room = room;
    this.writer = writer;
    this.token = token;
    this.deaf = deaf;
    this.client = room.base + writer;
    this.seen = new Int32Array(room.writers);
    this.ahead = []; // runs whose predecessors have not come yet
    this.others = null; // how far clients are known that are no writers of the room
    this.acknowledged = 0; // the clock up to which the server has said: stored
    this.synced = false;
    this.open = false;
    this.leaving = false;
    this.texts = null; // whether it has a whole text yet, where that is asked
    this.clockAt = []; // the writer's next clock after each update that it sent
    this.hocuspocus = server.kind === "hocuspocus";
    this.prefix = this.hocuspocus ? new Writer().string(room.name).bytes : [];
    this.reader = new FrameReader(this);
    this.answer = "";
    this.waiting = [];
    room.connections.push(this);
  }

  /** Connects, signs in and asks for the text; resolves when it is there. */
  async join() {
    await new Promise((resolve, reject) => {
      this.arrived = resolve;
      this.failed = reject;
      this.socket = net.connect({
        host: this.server.host,
        port: this.server.port,
        noDelay: true,
        onread: { buffer: shared, callback: (length, data) => this.#read(length, data) },
      });
      this.socket.on("connect", () => this.socket.write(this.#handshake()));
      this.socket.on("error", (error) => this.#ended(error.message));
      this.socket.on("close", () => this.#ended("closed"));
    });
    return this;
  }

  #handshake() {
    const { host, port, query, bearer } = this.server;
    const parameters = [query, bearer ? "" : `token=${this.token}`].filter(Boolean).join("&");
    const path = `/${this.server.path ?? ""}${this.room.name}${parameters ? "?" : ""}${parameters}`;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: cG9saWN5IGxhYiBiZW5jaA==",
      ...(bearer ? [`Authorization: Bearer ${this.token}`] : []),
    ];
    return `${lines.join("\r\n")}\r\n\r\n`;
  }

  #read(length, data) {
    now = performance.now();
    counts.bytes += length;
    if (this.open) this.reader.push(data, length);
    else this.#greeted(data.subarray(0, length));
    return !(this.deaf && this.synced);
  }

  #greeted(data) {
    this.answer += data.toString("latin1");
    const end = this.answer.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!this.answer.startsWith("HTTP/1.1 101")) {
      this.#ended(this.answer.slice(0, 300));
      return;
    }
    this.open = true;
    if (this.hocuspocus) this.say(new Writer().uint(2).uint(0).string(this.token).bytes);
    this.say([0, 0, 1, 0]);
    const rest = Buffer.from(this.answer.slice(end + 4), "latin1");
    this.answer = "";
    if (rest.length) this.reader.push(rest, rest.length);
  }

  #ended(reason) {
    this.failed(new Error(`${this.server.name}: ${reason}`));
    if (this.leaving || !this.open) return;
    this.open = false;
    counts.cut.push(this.code ? `${reason} ${this.code}` : reason);
  }

  /** Sends one message of the wire. */
  say(message) {
    this.socket.write(frame([...this.prefix, ...message]));
  }

  leave() {
    this.leaving = true;
    this.open = false;
    this.socket.destroy();
  }

  // ── what the server sends ──

  ping(payload) {
    this.socket.write(pong(payload));
  }

  closing(code) {
    this.code = code;
    this.socket.end();
  }

  message(buffer, start, end) {
    counts.frames++;
    let at = start + this.prefix.length;
    const kind = buffer[at];
    if (kind === 0 || (kind === 4 && this.hocuspocus)) this.#sync(buffer, at + 1, end);
    else if (kind === 1) counts.presence++;
    else if (kind === 101) this.#stored(buffer, at + 1);
    else if (kind === 100) this.refused(buffer.toString("utf8", at + 1, end));
    else if (kind === 2 && buffer[at + 1] === 1) this.refused("not let in");
  }

  refused(why) {
    counts.cut.push(`refused: ${why}`);
    this.failed(new Error(why));
  }

  #sync(buffer, at, end) {
    const step = buffer[at++];
    while (buffer[at++] > 127); // the length
    if (step === 0) {
      this.say([0, 1, 2, 0, 0]);
      this.clockAt.push(this.writer < 0 ? 0 : this.room.next[this.writer]);
      return;
    }
    if (!this.texts?.takes(buffer, at, end)) readClocks(buffer, at, this);
    if (step === 1 && !this.synced) {
      this.synced = true;
      this.arrived();
    }
  }

  /** «Stored» counts the updates of this connection. */
  #stored(buffer, at) {
    const cursor = new Cursor().set(buffer, at);
    cursor.uint();
    const count = cursor.uint();
    if (count > 0) this.acknowledged = Math.max(this.acknowledged, this.clockAt[count - 1] ?? 0);
  }

  saw(client, from, until) {
    const room = this.room;
    const writer = client - room.base;
    if (writer < 0 || writer >= room.writers) {
      this.others?.set(client, Math.max(until, this.others.get(client) ?? 0));
      return;
    }
    const before = this.seen[writer];
    if (until <= before) return;
    if (from > before) {
      this.ahead.push([client, from, until]); // a server may overtake itself
      return;
    }
    this.seen[writer] = until;
    if (this.ahead.length) for (const run of this.ahead.splice(0)) this.saw(...run);
    if (writer === this.writer) return; // its own echo is no delivery
    const advance = until - before;
    room.delivered[writer] += advance;
    counts.delivered += advance / room.unit;
    counts.deliveredAt = now;
    const times = room.times[writer];
    for (let clock = before; clock < until; clock += room.unit) {
      latencies.add(now - times[clock % REMEMBERED]);
    }
    room.whenDelivered?.(writer);
  }

  // ── what a writer sends ──

  /** The writer's own paragraph. */
  begin(words = "a") {
    const update = begin(this.client, words);
    this.room.next[this.writer] = BEGUN - 1 + words.length;
    this.#sendUpdate(update);
  }

  #sendUpdate(update) {
    this.say(new Writer().uint(0).uint(2).chunk(update).bytes);
    this.clockAt.push(this.room.next[this.writer]);
  }

  /** Sends so many letters, an update each, in one write; each with presence when asked. */
  write(count, { presence = false, words = "b" } = {}) {
    const { room, writer } = this;
    const pieces = [];
    const time = performance.now();
    for (let index = 0; index < count; index++) {
      const clock = room.next[writer];
      pieces.push(this.#letter(clock, words));
      if (presence) pieces.push(this.#presence(clock));
      room.next[writer] = clock + words.length;
      this.clockAt.push(room.next[writer]);
      room.times[writer][clock % REMEMBERED] = time;
    }
    counts.sent += count;
    this.socket.write(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
  }

  #letter(clock, words) {
    const update = more(this.client, clock, words);
    return this.#framed([0, 2, ...uint(update.length)], update);
  }

  /** A cursor as y-tiptap shows it, after the last letter. */
  #presence(clock) {
    const item = { client: this.client, clock };
    const place = { type: { client: this.client, clock: 1 }, item, assoc: 0 };
    const state = {
      user: { name: `Writer ${this.writer}`, color: "#3355aa" },
      cursor: { anchor: place, head: place },
    };
    const entry = new Writer().uint(1).uint(this.client).uint(clock).string(JSON.stringify(state));
    return this.#framed([1, ...uint(entry.bytes.length)], entry.bytes);
  }

  #framed(front, body) {
    const length = this.prefix.length + front.length + body.length;
    const first = head(length);
    const whole = Buffer.allocUnsafe(first.length + length);
    let at = 0;
    for (const part of [first, this.prefix, front, body]) {
      for (let index = 0; index < part.length; index++) whole[at++] = part[index];
    }
    return whole;
  }
}
