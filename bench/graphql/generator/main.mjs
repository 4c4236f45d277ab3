/** Does one piece of work, as the line on stdin says, and prints what it has found as JSON. */

import { live } from "./live.mjs";
import { memoryOf } from "./cost.mjs";
import { page } from "./pages.mjs";

const works = { page, live, memory: async ({ server }) => ({ resident: memoryOf(server) }) };

let said = "";
for await (const part of process.stdin) said += part;
const order = JSON.parse(said);
try {
  console.log(JSON.stringify(await works[order.call](order)));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.stack ?? error) }));
}
process.exit(0);
