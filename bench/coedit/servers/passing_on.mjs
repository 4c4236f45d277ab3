/** Passes on whatever comes in and nothing more: shows what the generator itself can take in. */

import { createHash } from "node:crypto";
import http from "node:http";
import { FrameReader } from "../generator/frames.mjs";

const rooms = new Map();
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A server's frame is not masked. */
function frame(payload) {
  const { length } = payload;
  const head = length < 126 ? [0x82, length] : [0x82, 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), payload]);
}

const server = http.createServer((_, response) => response.end("ready"));

server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID);
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  lines.push(`Sec-WebSocket-Accept: ${accept.digest("base64")}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  socket.setNoDelay(true);
  const here = rooms.get(request.url.split("?")[0]) ?? new Set();
  rooms.set(request.url.split("?")[0], here.add(socket));
  let out = [];
  const flush = () => {
    const all = Buffer.concat(out);
    out = [];
    for (const other of here) other.write(all);
  };
  const reader = new FrameReader({
    message(buffer, start, end) {
      if (buffer[start + 1] === 0) socket.write(frame(Buffer.from([0, 1, 2, 0, 0])));
      else if (buffer[start + 1] === 2) out.push(frame(buffer.subarray(start, end)));
    },
    ping() {},
    closing: () => socket.end(),
  });
  socket.on("data", (data) => {
    reader.push(data, data.length);
    if (out.length) flush();
  });
  socket.on("error", () => here.delete(socket));
  socket.on("close", () => here.delete(socket));
});

server.listen(Number(process.env.PORT), "127.0.0.1");
