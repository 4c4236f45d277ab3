/** y-websocket-server with LevelDB; the token is checked where its source says «check auth here». */

import http from "node:http";
import { createRequire } from "node:module";
import { setupWSConnection } from "@y/websocket-server/utils";

const require = createRequire(import.meta.url);
const own = createRequire(require.resolve("@y/websocket-server/utils"));
const WebSocket = own("ws"); // the version that it brings along
const tokens = new Set(process.env.TOKENS.split(","));
const sockets = new WebSocket.Server({ noServer: true });

const server = http.createServer((_, response) => {
  response.writeHead(200, { "Content-Type": "text/plain" });
  response.end("okay");
});

sockets.on("connection", setupWSConnection);

server.on("upgrade", (request, socket, head) => {
  const { searchParams } = new URL(request.url, "http://localhost");
  if (!tokens.has(searchParams.get("token"))) {
    socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    return;
  }
  sockets.handleUpgrade(request, socket, head, (opened) => {
    sockets.emit("connection", opened, request);
  });
});

server.listen(Number(process.env.PORT), "127.0.0.1");
