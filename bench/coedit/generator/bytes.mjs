/** Numbers and strings as lib0 writes them. */

/** A growing run of bytes. */
export class Writer {
  constructor() {
    this.bytes = [];
  }

  uint(number) {
    let rest = number;
    while (rest > 127) {
      this.bytes.push(128 + (rest % 128));
      rest = Math.floor(rest / 128);
    }
    this.bytes.push(rest);
    return this;
  }

  raw(bytes) {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  chunk(bytes) {
    return this.uint(bytes.length).raw(bytes);
  }

  string(text) {
    return this.chunk(Buffer.from(text));
  }
}

export const uint = (number) => new Writer().uint(number).bytes;

/** A place in received bytes. One object for all frames: nothing is made while counting. */
export class Cursor {
  constructor() {
    this.buffer = null;
    this.at = 0;
  }

  set(buffer, at) {
    this.buffer = buffer;
    this.at = at;
    return this;
  }

  uint() {
    const buffer = this.buffer;
    let byte = buffer[this.at++];
    if (byte < 128) return byte;
    let number = byte & 127;
    let weight = 128;
    do {
      byte = buffer[this.at++];
      if (byte === undefined) throw new RangeError("The bytes end within a number.");
      number += (byte & 127) * weight;
      weight *= 128;
    } while (byte > 127);
    return number;
  }

  /** Passes over a number. */
  skip() {
    while (this.buffer[this.at++] > 127);
  }

  /** Passes over bytes or a string preceded by their length. */
  skipChunk() {
    const length = this.uint();
    this.at += length;
  }

  /** Passes over a string; answers its length as Yjs counts it, in UTF-16 units. */
  skipString() {
    const length = this.uint();
    const end = this.at + length;
    let units = length;
    for (let at = this.at; at < end; at++) {
      const byte = this.buffer[at];
      if (byte > 127) {
        if (byte < 192) units--;
        else if (byte >= 240) units++;
      }
    }
    this.at = end;
    return units;
  }

  string() {
    const length = this.uint();
    const text = this.buffer.toString("utf8", this.at, this.at + length);
    this.at += length;
    return text;
  }
}
