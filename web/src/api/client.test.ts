import { Client, type OperationResult, fetchExchange, gql } from "@urql/core";
import { expect, test } from "vitest";
import { fingerprintExchange, keepingExchange, noting } from "./client.ts";

const answer = (body: unknown) => new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
const turn = () => new Promise((done) => { setTimeout(done, 20); });

/** A query in view, and what the server says to it, one answer after the other. */
async function seen(id: string, ...answers: unknown[]): Promise<OperationResult[]> {
  const left = [...answers];
  const client = new Client({ url: "/graphql", exchanges: [keepingExchange, fetchExchange], preferGetMethod: false, fetch: () => Promise.resolve(answer(left.shift())) });
  const results: OperationResult[] = [];
  const { unsubscribe } = client.query(gql`query Lab($id: ID!) { lab(id: $id) { name } }`, { id }).subscribe((result) => results.push(result));
  await turn();
  for (let asked = 1; asked < answers.length; asked += 1) {
    client.reexecuteOperation(client.createRequestOperation("query", results[0]!.operation, { requestPolicy: "network-only" }));
    await turn();
  }
  unsubscribe();
  return results;
}

const wrong = { data: null, errors: [{ message: "Something went wrong on our side." }] };

test("an answer that went wrong leaves the last good one in view, with the error beside it", async () => {
  const results = await seen("a", { data: { lab: { name: "Arrival" } } }, wrong);
  const last = results.at(-1);
  expect(last?.data).toEqual({ lab: { name: "Arrival" } });
  expect(last?.error).toBeDefined();
});

test("where there was none, nothing is made up", async () => {
  const results = await seen("b", wrong);
  expect(results.at(-1)?.data).toBeFalsy();
});

const broken = { message: "Something went wrong on our side.", path: ["lab"], extensions: { id: "1" } };
const unknown = { message: "There is nothing with this id.", path: ["lab"], extensions: { code: "NOT_FOUND" } };

test("null because something went wrong does not say that it is not there", async () => {
  const results = await seen("d", { data: { lab: { name: "Arrival" } } }, { data: { lab: null }, errors: [broken] });
  expect(results.at(-1)?.data).toEqual({ lab: { name: "Arrival" } });
  expect((await seen("e", { data: { lab: null }, errors: [broken] })).at(-1)?.data).toBeFalsy();
});

test("null for what is not known says so, and a part that went wrong takes nothing of the others away", async () => {
  expect((await seen("f", { data: { lab: null }, errors: [unknown] })).at(-1)?.data).toEqual({ lab: null });
  const part = { data: { lab: { name: null } }, errors: [{ ...broken, path: ["lab", "name"] }] };
  expect((await seen("g", part)).at(-1)?.data).toEqual(part.data);
});

test("what has gone since is gone", async () => {
  const results = await seen("c", { data: { lab: { name: "Arrival" } } }, { data: { lab: null } });
  expect(results.at(-1)?.data).toEqual({ lab: null });
});

test("a query is asked for by its fingerprint in an address, except for one that holds words", async () => {
  const asked: string[] = [];
  const fetch = (address: URL | RequestInfo, options?: RequestInit) => {
    asked.push(`${options?.method} ${String(address)}`);
    return Promise.resolve(answer({ data: { labs: null } }));
  };
  const client = new Client({ url: "/graphql", exchanges: [fingerprintExchange, fetchExchange], preferGetMethod: false, fetch });
  for (const query of [gql`query Labs { viewer { id } }`, gql`query Search($text: String!) { search(text: $text) { totalCount } }`]) {
    await client.query(query, { text: "harbour" }).toPromise();
  }
  expect(asked[0]).toMatch(/^GET \/graphql\?.*sha256Hash/);
  expect(asked[1]).toBe("POST /graphql");
});

test("after a cut, a subscription says the latest revision that it has heard of", () => {
  const payload: { variables?: Record<string, unknown> } = { variables: { id: "x" } };
  const heard: unknown[] = [];
  const sink = noting(payload, { next: (value: never) => void heard.push(value) });
  expect(payload.variables).toEqual({ id: "x" });
  for (const revision of [7, 9, 8]) sink.next({ data: { dialogueChanged: { revision } } } as never);
  sink.next({ data: { noticesChanged: { unread: 2 } } } as never);
  expect(payload.variables).toEqual({ id: "x", since: 9 });
  expect(heard).toHaveLength(4);
});
