/** Many subscribers of one dialogue over graphql-transport-ws, while it changes. */

import { createRequire } from "node:module";

import { Asker, asRequest } from "./asking.mjs";
import { between, take } from "./cost.mjs";

const QUIET = 250;
const PATIENCE = 60_000;

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export async function live({ server, cases, options }) {
  const asker = new Asker(server, 4);
  const heard = { count: 0, at: 0, problems: new Set() };
  const change = (number) => asker.ask(asRequest(cases[number % cases.length]));
  await change(0);
  const alone = await changes(server, heard, change, options.changes);
  const sockets = await subscribers(server, options, heard);
  await change(0);
  await quiet(heard);
  const together = await changes(server, heard, change, options.changes);
  for (const socket of sockets) socket.terminate();
  asker.close();
  if (!together.delivered) throw new Error(`Nobody heard of a change. ${[...heard.problems]}`);
  const each = (together.used.cpu - alone.used.cpu) / together.delivered;
  return {
    delivered: together.delivered,
    perChange: together.delivered / options.changes / options.subscribers,
    cpuEach: each * 1e6,
    last: together.last,
    generatorShare: together.used.own / together.used.seconds,
    sample: heard.sample,
    problems: [...asker.told(), ...heard.problems],
  };
}

/** So many changes, each when everybody has heard of the one before. */
async function changes(server, heard, change, count) {
  const first = heard.count;
  const last = [];
  const before = take(server);
  for (let number = 1; number <= count; number++) {
    const begun = performance.now();
    heard.at = begun;
    await change(number);
    await quiet(heard);
    last.push(heard.at - begun);
  }
  const used = between(before, take(server));
  last.sort((one, other) => one - other);
  return { used, delivered: heard.count - first, last: last[last.length >> 1] };
}

/** Waits until nothing has come for a while. */
async function quiet(heard) {
  const from = performance.now();
  let known = -1;
  while (known !== heard.count) {
    known = heard.count;
    await sleep(QUIET);
    if (performance.now() - from > PATIENCE) throw new Error("It never becomes quiet.");
  }
}

/** Connections that have subscribed, opened some at a time. */
async function subscribers(server, { subscribers: count, tokens, subscription, modules }, heard) {
  const { WebSocket } = createRequire(`${modules}/`)("ws");
  const sockets = [];
  for (let number = 0; number < count; number++) {
    sockets.push(subscribe(WebSocket, server, tokens[number % tokens.length], subscription, heard));
    if (number % 20 === 19) await Promise.all(sockets);
  }
  const opened = await Promise.all(sockets);
  await sleep(1000); // to let the last subscriptions begin
  return opened;
}

function subscribe(WebSocket, server, token, subscription, heard) {
  const address = `ws://${server.host}:${server.port}/graphql`;
  const socket = new WebSocket(address, "graphql-transport-ws", {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const payload = { authorization: `Bearer ${token}` };
  socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init", payload })));
  return new Promise((done, fail) => {
    socket.on("error", fail);
    socket.on("close", (code, reason) => heard.problems.add(`closed: ${code} ${reason}`));
    socket.on("message", (data) => {
      // said once for each delivery: so little as possible
      if (data.includes('"next"')) {
        heard.count++;
        heard.at = performance.now();
        heard.sample ??= String(data);
      } else if (data.includes('"connection_ack"')) {
        socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: subscription }));
        done(socket);
      } else if (data.includes('"ping"')) {
        socket.send('{"type":"pong"}');
      } else {
        heard.problems.add(String(data).slice(0, 200));
      }
    });
  });
}
