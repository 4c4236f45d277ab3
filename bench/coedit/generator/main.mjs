/** Does one piece of work: node main.mjs, with {work, server, options} as JSON on standard input. */

import { readFileSync } from "node:fs";
import * as works from "./works.mjs";

const { work, server, options } = JSON.parse(readFileSync(0, "utf8"));
try {
  const found = await works[work](server, options);
  process.stdout.write(`${JSON.stringify(found)}\n`);
  process.exit(0);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error.stack ?? error) })}\n`);
  process.exit(1);
}
