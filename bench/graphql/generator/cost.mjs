/** What server and database have used: time on a core, user and system, to the nanosecond. */

import { readFileSync, readdirSync } from "node:fs";

import { memory, tree } from "../../kit/processes.mjs";

const TICK = 1e7; // nanoseconds: what a process has inherited of children is told in these

/**
 * Seconds on a core of these processes, all their threads, and all that descends from them; of
 * children that have ended, what their parents have been told.
 */
export function cpuSeconds(roots) {
  let nanoseconds = 0;
  for (const pid of tree(roots)) {
    try {
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const told = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1");
        nanoseconds += Number(told.split(" ", 1)[0]);
      }
      const line = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
      nanoseconds += (Number(fields[13]) + Number(fields[14])) * TICK;
    } catch {
      continue; // it has ended meanwhile
    }
  }
  return nanoseconds / 1e9;
}

/** Megabytes that are the server's alone. The database is the same for everybody. */
export const memoryOf = (server) => memory([server.pid]) / 1e6;

export function take(server) {
  const own = process.cpuUsage();
  return {
    at: performance.now() / 1000,
    server: cpuSeconds([server.pid]),
    database: cpuSeconds(server.database),
    own: (own.user + own.system) / 1e6,
  };
}

/** From one moment to another: seconds, and how much of them server, database and we worked. */
export function between(before, after) {
  const used = {};
  for (const name of Object.keys(before)) used[name] = after[name] - before[name];
  return { ...used, seconds: used.at, cpu: used.server + used.database };
}
