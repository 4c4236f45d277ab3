/** Mercurius with graphql-jit, loaders and prepared statements over pg. */

import { readFileSync } from "node:fs";

import Fastify from "fastify";
import mercurius from "mercurius";

import { makePool, personOf, settings, untilEnded } from "./common.mjs";
import { Reading, takePosition } from "./mercurius_database.mjs";
import { loaders, resolvers } from "./mercurius_resolvers.mjs";

const pool = makePool({ pipeline: true });
const app = Fastify({ logger: true, disableRequestLogging: true }); // Fastify's own are two a request

app.register(mercurius, {
  schema: readFileSync(new URL("mercurius.graphql", import.meta.url), "utf8"),
  resolvers: {
    ...resolvers,
    Mutation: {
      takePosition: (_, { input }, { viewer }) => takePosition(pool, viewer, input),
    },
  },
  loaders,
  jit: 1,
  graphiql: false,
  context: async (request) => {
    const viewer = await personOf(pool, request.headers.authorization);
    if (viewer === null) throw new mercurius.ErrorWithProps("Sign in first.", {}, 401);
    const database = new Reading(pool, viewer);
    request.database = database;
    return { viewer, database };
  },
});
app.addHook("onResponse", async (request, reply) => {
  await request.database?.close();
  const { method, url } = request;
  request.log.info({ method, url, status: reply.statusCode, took: reply.elapsedTime }, "request");
});
app.register(async () => {
  app.graphql.addHook("onResolution", async (_, context) => context.database.close());
});

await app.listen({ port: settings.port, host: "127.0.0.1" });
untilEnded(async () => {
  await app.close();
  await pool.end();
});
