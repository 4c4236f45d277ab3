import { Client, type OperationResult, fetchExchange, gql } from "@urql/core";
import { expect, test } from "vitest";
import { keepingExchange } from "./client.ts";

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

test("what has gone since is gone", async () => {
  const results = await seen("c", { data: { lab: { name: "Arrival" } } }, { data: { lab: null } });
  expect(results.at(-1)?.data).toEqual({ lab: null });
});
