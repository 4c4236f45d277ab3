/** Does one piece of work: node main.mjs, with {call, server, options} as JSON on standard input. */

import { readFileSync } from "node:fs";
import * as works from "./works.mjs";

const { call, server, options } = JSON.parse(readFileSync(0, "utf8"));

function answer(found, code) {
  process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(code));
}

const fail = (error) => answer({ error: String(error.stack ?? error) }, 1);

process.on("uncaughtException", fail);
works[call](server, options).then((found) => answer(found, 0), fail);
