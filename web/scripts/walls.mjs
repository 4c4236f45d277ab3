/**
 * The walls of the web app: app > screens > features > editor, api, ui, i18n; no feature imports another; graphiql, an entry
 * of its own, stands beside app;
 * only ui/theme.ts names a colour or a size.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src", import.meta.url));
const below = {
  app: ["app", "screens", "features", "editor", "api", "ui", "i18n"],
  graphiql: ["graphiql", "api", "ui", "i18n"],
  screens: ["screens", "features", "editor", "api", "ui", "i18n"],
  features: ["features", "editor", "api", "ui", "i18n"],
  editor: ["editor", "api", "ui", "i18n"],
  api: ["api", "i18n"],
  ui: ["ui", "i18n"],
  i18n: ["i18n"],
};
const problems = [];

for (const name of readdirSync(src, { recursive: true })) {
  if (!/\.(tsx?|css)$/.test(name) || name.includes("generated")) continue;
  const text = readFileSync(resolve(src, name), "utf8");
  const [room, folder] = name.split(sep);
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const [other, inner] = relative(src, resolve(dirname(resolve(src, name)), target)).split(sep);
    if (below[room] && !below[room].includes(other)) problems.push(`${name} imports ${target}`);
    if (room === "features" && other === "features" && inner !== folder) {
      problems.push(`${name} imports another feature: ${target}`);
    }
  }
  if (name === `ui${sep}theme.ts` || name.endsWith(".test.ts") || name.endsWith(".test.tsx")) continue;
  for (const [place, line] of text.split("\n").entries()) {
    if (/^\s*@(media|container)/.test(line)) continue; // a query cannot use a variable
    if (/#[0-9a-f]{3,8}\b(?!")|\b(rgb|hsl)a?\(|\b\d*\.?\d+(px|rem)\b/i.test(line.replace(/(href|url|to)=?\(?"#.*/, ""))) {
      problems.push(`${name}:${place + 1} names a colour or a size: ${line.trim()}`);
    }
  }
}
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
