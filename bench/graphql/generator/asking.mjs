/** HTTP as a client with open connections speaks it, and what counts as an answer. */

import { createHash } from "node:crypto";
import { Agent, request } from "node:http";

const MARK = Buffer.from('"errors"');
const REFUSED = Buffer.from('"Refusal"');
const ENDS = 400;

export class Asker {
  constructor(server, connections) {
    this.server = server;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "fifo" });
    this.problems = new Map();
    this.unchanged = 0;
  }

  /** Sends one request; true where it was answered as it should be. */
  ask(what) {
    return new Promise((done) => {
      const asked = request(
        {
          agent: this.agent,
          host: this.server.host,
          port: this.server.port,
          path: what.path ?? "/graphql",
          method: what.method ?? "POST",
          headers: what.headers,
        },
        (answer) => {
          const parts = [];
          answer.on("data", (part) => parts.push(part));
          answer.on("end", () => {
            const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
            this.judge(answer.statusCode, body);
            what.heard?.(answer, body);
            done();
          });
        },
      );
      asked.on("error", (error) => {
        this.note(String(error.code ?? error));
        done();
      });
      asked.end(what.method === "GET" ? undefined : what.body);
    });
  }

  judge(status, body) {
    if (status === 304) {
      this.unchanged++;
      return;
    }
    if (status !== 200) return this.note(`status ${status}: ${body.subarray(0, 200)}`);
    const [begins, ends] = [body.subarray(0, ENDS), body.subarray(-ENDS)];
    if (begins.includes(MARK) || ends.includes(MARK) || begins.includes(REFUSED)) {
      this.note(`refused: ${begins.subarray(0, 200)}`);
    }
  }

  note(problem) {
    this.problems.set(problem, (this.problems.get(problem) ?? 0) + 1);
  }

  /** Each problem once, with how often it came. */
  told() {
    return [...this.problems].slice(0, 5).map(([problem, count]) => `${count} × ${problem}`);
  }

  close() {
    this.agent.destroy();
  }
}

/** The request for one case of a screen: `{document, variables, token}`. */
export function asRequest({ document, variables, token }, more = {}) {
  const body = Buffer.from(JSON.stringify({ query: document, variables, ...more }));
  return {
    body,
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      authorization: `Bearer ${token}`,
      "content-length": body.length,
    },
  };
}

/** The same with the document's fingerprint, as clients say it that ask by fingerprint first. */
function withFingerprint(asked) {
  const sha256Hash = createHash("sha256").update(asked.document).digest("hex");
  return asRequest(asked, { extensions: { persistedQuery: { version: 1, sha256Hash } } });
}

function byGet({ document, variables, token }) {
  const words = new URLSearchParams({ query: document, variables: JSON.stringify(variables) });
  const headers = { accept: "application/json", authorization: `Bearer ${token}` };
  return { method: "GET", path: `/graphql?${words}`, headers };
}

/**
 * The same requests by people who have the page: with the ETag of each, where the server gives
 * one to a request that is posted, that has its fingerprint as well, or that is made by GET; else
 * as they are.
 */
export async function withTags(asker, cases) {
  for (const form of [asRequest, withFingerprint, byGet]) {
    if (!(await tagOf(asker, form(cases[0])))) continue;
    const requests = [];
    for (const asked of cases.map((each) => form(each))) {
      const tag = await tagOf(asker, asked);
      requests.push({ ...asked, headers: { ...asked.headers, "if-none-match": tag } });
    }
    return requests;
  }
  return cases.map((each) => asRequest(each));
}

async function tagOf(asker, asked) {
  let tag = null;
  const before = new Map(asker.problems);
  await asker.ask({
    ...asked,
    heard: (answer) => {
      tag = answer.statusCode === 200 ? (answer.headers.etag ?? null) : null;
    },
  });
  asker.problems = before; // that a form is not answered at all is no problem here
  return tag;
}
