import { expect, test } from "vitest";
import { asSent } from "./asking.ts";

test("the one operation of a document is meant, whatever was there a moment ago", () => {
  const { params, document } = asSent({ query: "subscription Live { noticesChanged { at } }", operationName: "Before" });
  expect(params.operationName).toBe("Live");
  expect(document?.definitions).toHaveLength(1);
  expect(asSent({ query: "{ a }", operationName: "Before" }).params.operationName).toBeNull();
});

test("among several the chosen one stays chosen", () => {
  expect(asSent({ query: "query A { a } query B { b }", operationName: "B" }).params.operationName).toBe("B");
});

test("what can't be read goes to the server as it is", () => {
  const broken = { query: "{ a", operationName: "Before" };
  expect(asSent(broken)).toEqual({ params: broken, document: undefined });
});
