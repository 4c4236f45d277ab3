/** PostGraphile over our tables: what a viewer may see is row-level security, through pgSettings. */

import { createServer } from "node:http";

import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

import { makePool, personOf, settings, untilEnded } from "./common.mjs";

const pool = makePool();
const tokens = makePool({ max: 2, min: 1 });

const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // it hides relations that we ask for
  pgServices: [
    makePgService({
      pool,
      schemas: ["public"],
      pgSettings: (context) => ({ "policylab.viewer": context.node?.req.viewer ?? "" }),
    }),
  ],
  schema: {
    // Lists without the ceremony of connections where a page is not asked for; nothing is written
    // but through the one function.
    defaultBehavior: "+list -connection -insert -update -delete +filterBy +orderBy",
    dontSwallowErrors: true,
  },
  grafserv: { graphiql: false, watch: false, websockets: false, maxRequestLength: 100_000 },
  grafast: { explain: false },
};

const pgl = postgraphile(preset);
const serv = pgl.createServ(grafserv);
const server = createServer();
server.on("error", (error) => console.error(error));

/** Who asks is looked up before anything else; and a line is written, as ours writes one. */
const handle = serv.createHandler();
server.on("request", async (request, response) => {
  const begun = performance.now();
  try {
    request.viewer = await personOf(tokens, request.headers.authorization);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
    return;
  }
  if (request.viewer === null) {
    response.writeHead(401).end();
    return;
  }
  response.on("finish", () => {
    const took = Math.round(performance.now() - begun);
    const line = { method: request.method, url: request.url, status: response.statusCode, took };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  });
  handle(request, response);
});

await serv.ready();
server.listen(settings.port, "127.0.0.1");
untilEnded(async () => {
  server.close();
  server.closeAllConnections();
  await pgl.release();
  await Promise.all([pool.end(), tokens.end()]);
});
