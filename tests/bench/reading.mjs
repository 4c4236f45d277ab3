/** Lets a test use the generator's reader: one JSON order on standard input, one answer. */

import { readFileSync } from "node:fs";
import { FrameReader, frame } from "../../bench/coedit/generator/frames.mjs";
import { begin, more, readClocks } from "../../bench/coedit/generator/updates.mjs";

const bytes = (text) => Buffer.from(text, "base64");
const text = (data) => Buffer.from(data).toString("base64");

const orders = {
  /** The messages in a stream that comes in these pieces. */
  frames({ pieces }) {
    const heard = { messages: [], pings: [], codes: [] };
    const reader = new FrameReader({
      message: (buffer, start, end) => heard.messages.push(text(buffer.subarray(start, end))),
      ping: (payload) => heard.pings.push(text(payload)),
      closing: (code) => heard.codes.push(code),
    });
    for (const piece of pieces) reader.push(bytes(piece), bytes(piece).length);
    return heard;
  },

  /** The runs of clocks in each update. */
  clocks({ updates }) {
    return updates.map((update) => {
      const runs = [];
      readClocks(bytes(update), 0, { saw: (...run) => runs.push(run) });
      return runs;
    });
  },

  /** What a writer of the generator sends: its paragraph, then letters. */
  writing({ client, letters }) {
    const sent = [begin(client, "a")];
    for (let count = 0; count < letters; count++) sent.push(more(client, 3 + count, "b"));
    return sent.map(text);
  },

  /** A client's frame. */
  framed({ payload }) {
    return text(frame(bytes(payload)));
  },
};

const { order, ...said } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(orders[order](said)));
