import { afterEach, expect, test, vi } from "vitest";
import { patientFetch } from "./patience.ts";

const busy = () => new Response("{}", { status: 503, headers: { "retry-after": "0.01" } });

function answers(...left: Response[]) {
  const asked = vi.fn(() => Promise.resolve(left.shift() ?? busy()));
  vi.stubGlobal("fetch", asked);
  return asked;
}

afterEach(() => { vi.unstubAllGlobals(); });

test("what a busy server turned away is asked again", async () => {
  const asked = answers(busy(), busy(), new Response("{}"));
  expect((await patientFetch("/graphql", { method: "POST", body: "{}" })).status).toBe(200);
  expect(asked).toHaveBeenCalledTimes(3);
  expect(asked).toHaveBeenLastCalledWith("/graphql", { method: "POST", body: "{}" });
});

test("a server that stays busy is let be in the end", async () => {
  const asked = answers();
  expect((await patientFetch("/graphql")).status).toBe(503);
  expect(asked).toHaveBeenCalledTimes(4);
});

test("another failure is told at once", async () => {
  const asked = answers(new Response("{}", { status: 503 }));
  expect((await patientFetch("/graphql")).status).toBe(503);
  expect(asked).toHaveBeenCalledTimes(1);
});
