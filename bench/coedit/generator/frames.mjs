/** Websocket frames: read out of a stream from hop to hop, and written masked. */

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;

/** Bytes of the whole frame that begins here; 0 while its head is not there yet. */
export function frameSize(buffer, at, end) {
  if (end - at < 2) return 0;
  const second = buffer[at + 1];
  const mask = second & 128 ? 4 : 0;
  const short = second & 127;
  if (short < 126) return 2 + mask + short;
  if (short === 126) return end - at < 4 ? 0 : 4 + mask + buffer.readUInt16BE(at + 2);
  return end - at < 10 ? 0 : 10 + mask + Number(buffer.readBigUInt64BE(at + 2));
}

function headSize(buffer, at) {
  const second = buffer[at + 1];
  const mask = second & 128 ? 4 : 0;
  const short = second & 127;
  if (short < 126) return 2 + mask;
  return mask + (short === 126 ? 4 : 10);
}

/**
 * Finds the frames in what a socket gives, wherever it cuts them. A mask must be four zeros.
 * `taker.message(buffer, start, end)`, `taker.ping(payload)`, `taker.closing(code)`.
 */
export class FrameReader {
  constructor(taker) {
    this.taker = taker;
    this.held = null;
    this.have = 0;
    this.need = 0;
    this.parts = [];
  }

  push(data, length) {
    let at = this.have > 0 ? this.#complete(data, length) : 0;
    while (at < length) {
      const size = frameSize(data, at, length);
      if (size === 0 || at + size > length) {
        this.#hold(data, at, length, size);
        return;
      }
      this.#frame(data, at, size);
      at += size;
    }
  }

  #hold(data, at, length, size) {
    this.held = Buffer.allocUnsafe(Math.max(size, 16));
    data.copy(this.held, 0, at, length);
    this.have = length - at;
    this.need = size;
  }

  /** Adds to a frame that began in an earlier piece; answers where the next one begins. */
  #complete(data, length) {
    let at = 0;
    while (this.need === 0) {
      if (at === length) return at;
      this.held[this.have++] = data[at++];
      this.need = frameSize(this.held, 0, this.have);
      if (this.need > this.held.length) {
        const larger = Buffer.allocUnsafe(this.need);
        this.held.copy(larger, 0, 0, this.have);
        this.held = larger;
      }
    }
    const taken = Math.min(this.need - this.have, length - at);
    data.copy(this.held, this.have, at, at + taken);
    this.have += taken;
    if (this.have === this.need) {
      const { held, need } = this;
      this.have = this.need = 0;
      this.#frame(held, 0, need);
    }
    return at + taken;
  }

  #frame(buffer, at, size) {
    const first = buffer[at];
    const start = at + headSize(buffer, at);
    const end = at + size;
    if (first === 0x82) {
      this.taker.message(buffer, start, end);
      return;
    }
    const opcode = first & 15;
    if (opcode === PING) this.taker.ping(Buffer.from(buffer.subarray(start, end)));
    else if (opcode === CLOSE) {
      this.taker.closing(end - start >= 2 ? buffer.readUInt16BE(start) : 1005);
    } else if (opcode <= BINARY) this.#part(buffer, start, end, first, opcode);
  }

  /** One part of a message in several frames. */
  #part(buffer, start, end, first, opcode) {
    if (opcode === TEXT) throw new Error("A text frame.");
    this.parts.push(Buffer.from(buffer.subarray(start, end)));
    if (first < 128) return;
    const whole = Buffer.concat(this.parts);
    this.parts = [];
    this.taker.message(whole, 0, whole.length);
  }
}

/** The head of a client's frame. The mask is four zeros, so that the payload stays as it is. */
export function head(length, opcode = BINARY) {
  if (length < 126) return [128 | opcode, 128 | length, 0, 0, 0, 0];
  if (length < 65_536) return [128 | opcode, 254, length >> 8, length & 255, 0, 0, 0, 0];
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return [128 | opcode, 255, ...size, 0, 0, 0, 0];
}

/** A client's frame as bytes on the line. */
export function frame(payload, opcode = BINARY) {
  return Buffer.concat([Buffer.from(head(payload.length, opcode)), Buffer.from(payload)]);
}

export const pong = (payload) => frame(payload, 10);
