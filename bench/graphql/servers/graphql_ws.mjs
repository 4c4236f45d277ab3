/** A small graphql-ws server that tells its subscribers what ours tells: the same payload. */

import { createServer } from "node:http";

import { GraphQLInt, GraphQLID, GraphQLNonNull, GraphQLObjectType, GraphQLSchema } from "graphql";
import { GraphQLString } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { makePool, personOf, settings, untilEnded } from "./common.mjs";

const pool = makePool();
const listening = new Map();

/** What is told about one dialogue, for one who listens. */
async function* told(id) {
  const waiting = [];
  let wake = null;
  const hear = (item) => {
    waiting.push(item);
    wake?.();
  };
  const others = listening.get(id) ?? new Set();
  listening.set(id, others.add(hear));
  try {
    while (true) {
      while (waiting.length) yield { dialogueChanged: waiting.shift() };
      await new Promise((done) => (wake = done));
    }
  } finally {
    others.delete(hear);
  }
}

const required = (type) => ({ type: new GraphQLNonNull(type) });
const delta = new GraphQLObjectType({
  name: "DialogueDelta",
  fields: {
    revision: required(GraphQLInt),
    kind: required(GraphQLString),
    subjectId: { type: GraphQLID },
    at: required(GraphQLString),
  },
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { here: { type: GraphQLString } } }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: {
      dialogueChanged: {
        ...required(delta),
        args: { id: required(GraphQLID) },
        subscribe: (_, { id }) => told(id),
      },
    },
  }),
});

const server = createServer(async (request, response) => {
  const viewer = await personOf(pool, request.headers.authorization);
  if (viewer === null) return response.writeHead(401).end();
  let body = "";
  for await (const part of request) body += part;
  const { variables } = JSON.parse(body || "{}");
  if (variables) publish(variables);
  response.writeHead(200, { "content-type": "application/json" }).end('{"data":{}}');
});

let revision = 0;
function publish({ dialogueId, kind, subjectId }) {
  const item = { revision: ++revision, kind, subjectId, at: new Date().toISOString() };
  for (const hear of listening.get(dialogueId) ?? []) hear(item);
}

const sockets = new WebSocketServer({ server, path: "/graphql", perMessageDeflate: false });
useServer(
  {
    schema,
    onConnect: async ({ connectionParams }) =>
      (await personOf(pool, connectionParams?.authorization)) !== null,
  },
  sockets,
);

server.listen(settings.port, "127.0.0.1");
untilEnded(async () => {
  server.closeAllConnections();
  server.close();
  await pool.end();
});
