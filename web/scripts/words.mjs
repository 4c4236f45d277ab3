/** Every sentence is in every catalogue: fails on one that is missing from the French. */
import { readFileSync } from "node:fs";

const entries = (locale) => {
  const text = readFileSync(new URL(`../src/i18n/locales/${locale}.po`, import.meta.url), "utf8");
  return text.split("\n\n").flatMap((block) => {
    if (/^#~/m.test(block)) return [];
    const part = (key) =>
      [...(block.match(new RegExp(`^${key} ((?:".*"\\n?)+)`, "m"))?.[1] ?? "").matchAll(/"(.*)"/g)].map((m) => m[1]).join("");
    const id = part("msgid");
    return id ? [[id, part("msgstr")]] : [];
  });
};
const missing = entries("fr").filter(([, words]) => words === "");
const english = new Set(entries("en").map(([id]) => id));
const left = entries("fr").filter(([id]) => !english.has(id));
if (process.argv.includes("--list")) console.log(JSON.stringify(missing.map(([id]) => id), null, 1));
else for (const [id] of [...missing, ...left]) console.error(`Not in French, or only there: ${id}`);
process.exit(missing.length + left.length > 0 && !process.argv.includes("--list") ? 1 : 0);
