// Real clients against a server: node clients.mjs WEB what URL TOKEN [dialogue]
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [web, what, url, token, dialogue] = process.argv.slice(2);
const from = (name) => import(pathToFileURL(createRequire(`${web}/package.json`).resolve(name)).href);
const headers = { authorization: `Bearer ${token}` };
const say = (said) => console.log(JSON.stringify(said));
const WHO = "{ viewer { person { id } } }";
const CHANGED = "subscription($id: ID!) { dialogueChanged(id: $id) { kind revision } }";

async function audits() {
  const { auditServer } = await from("graphql-http");
  const fetchFn = (address, options = {}) => fetch(address, { ...options, headers: { ...options.headers, ...headers } });
  for (const { id, name, status, reason } of await auditServer({ url: `${url}/graphql`, fetchFn })) {
    say({ id, name, status, reason });
  }
}

/** A query, one that is refused, and a subscription that hears of one change. */
async function talk(client) {
  const asked = (payload) =>
    new Promise((done) => {
      const heard = [];
      const stop = client.subscribe(payload, {
        next: (value) => {
          heard.push(value);
          say({ heard: value });
          if (value.data?.dialogueChanged) setTimeout(() => stop(), 10);
        },
        error: (problem) => done(problem instanceof Error ? String(problem) : problem),
        complete: () => done(heard),
      });
      if (payload.query === CHANGED) setTimeout(() => say({ listening: true }), 800);
    });
  say({ who: await asked({ query: WHO }) });
  say({ wrong: await asked({ query: "{ nothingOfTheKind }" }) });
  say({ changed: await asked({ query: CHANGED, variables: { id: dialogue } }) });
}

async function socket() {
  const { createClient } = await from("graphql-ws");
  class WithToken extends WebSocket {
    constructor(address, protocols) {
      super(address, { protocols, headers });
    }
  }
  const client = createClient({ url: `${url.replace("http", "ws")}/graphql`, webSocketImpl: WithToken, retryAttempts: 0 });
  await talk(client);
  await client.dispose();
}

async function stream() {
  const { createClient } = await from("graphql-sse");
  const client = createClient({ url: `${url}/graphql/stream`, headers, retryAttempts: 0 });
  await talk(client);
  client.dispose();
}

await { audits, socket, stream }[what]();
