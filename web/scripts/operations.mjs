/**
 * Makes src/api/generated/ from schema/: one typed document for each operation and fragment, and the
 * fingerprints that stand for them. `--check` says whether they are up to date and writes nothing.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Kind, parse, print, visit } from "graphql";

const schema = new URL("../../schema/", import.meta.url);
const made = new URL("../src/api/generated/", import.meta.url);

const definitions = readdirSync(new URL("operations/", schema))
  .filter((name) => name.endsWith(".graphql"))
  .sort()
  .flatMap((name) => parse(readFileSync(new URL(`operations/${name}`, schema), "utf8")).definitions);

const spreads = (node) => {
  const names = new Set();
  visit(node, { FragmentSpread: (spread) => void names.add(spread.name.value) });
  return [...names];
};

/** Fragments before those that use them. */
const ordered = [];
const fragments = new Map(definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]));
const place = (name) => {
  const node = fragments.get(name);
  if (!node) throw new Error(`There is no fragment ${name}.`);
  if (ordered.includes(node)) return;
  for (const inner of spreads(node)) place(inner);
  ordered.push(node);
};
for (const name of fragments.keys()) place(name);

const document = (node) => {
  const suffix = node.kind === Kind.FRAGMENT_DEFINITION ? "Fragment" : "Document";
  const used = spreads(node).map((name) => `${name}Fragment`);
  const list = used.length > 0 ? `, [${used.join(", ")}]` : "";
  return `export const ${node.name.value}${suffix} = graphql(\`\n${print(node)}\n\`${list});\n`;
};

const operations = definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
const head = "// Made by scripts/operations.mjs from schema/operations/*.graphql. Not edited.\n";
const documents = `${head}import { graphql } from "../graphql.ts";\n\n${[...ordered, ...operations].map(document).join("\n")}`;

const file = new URL("persisted.json", schema);
const persisted = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const hashes = Object.fromEntries(Object.entries(persisted).map(([name, entry]) => [name, entry.sha256]));
const fingerprints = `${head}export const fingerprints: Readonly<Record<string, string>> = ${JSON.stringify(hashes, null, 2)};\n`;

const check = process.argv.includes("--check");
let stale = false;
for (const [name, text] of [["operations.ts", documents], ["fingerprints.ts", fingerprints]]) {
  const path = new URL(name, made);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale = true;
  if (!check) writeFileSync(path, text);
}
if (check && stale) {
  console.error("src/api/generated/ is not what schema/ says: run npm run generate in web/.");
  process.exit(1);
}
