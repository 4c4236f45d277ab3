import { getSchema } from "@tiptap/core";
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { schemaExtensions } from "./schema.ts";

const samples = `${process.cwd()}/../tests/samples/texts`;

/** As the server keeps a text: without what is only a default. */
const spare = (node: Record<string, unknown>): Record<string, unknown> => {
  const attrs = Object.fromEntries(Object.entries((node["attrs"] ?? {}) as Record<string, unknown>).filter(([name, value]) => value !== null && !((name === "colspan" || name === "rowspan") && value === 1)));
  const content = ((node["content"] ?? []) as Record<string, unknown>[]).map(spare);
  return {
    ...node,
    ...(Object.keys(attrs).length > 0 ? { attrs } : { attrs: undefined }),
    ...(content.length > 0 ? { content } : { content: undefined }),
  };
};

test.each(readdirSync(samples).filter((name) => name.endsWith(".json")))("the editor keeps every word, mark and attribute of %s", (name) => {
  const sample = JSON.parse(readFileSync(`${samples}/${name}`, "utf8")) as Record<string, unknown>;
  const read = getSchema(schemaExtensions).nodeFromJSON(sample);
  read.check();
  expect(JSON.parse(JSON.stringify(spare(read.toJSON() as Record<string, unknown>)))).toEqual(JSON.parse(JSON.stringify(spare(sample))));
});
