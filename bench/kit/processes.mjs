/** What processes and their children have used, as /proc tells it. */

import { readFileSync, readdirSync } from "node:fs";

const TICKS = 100;

function stat(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "latin1");
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null; // it has ended meanwhile
  }
}

/** The children of a process; of each of its threads, as the system keeps them. */
function children(pid) {
  const found = [];
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const line = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1");
      found.push(...line.split(" ").filter(Boolean).map(Number));
    }
  } catch {
    // it has ended meanwhile
  }
  return found;
}

/**
 * These processes and all that descend from them. Asked while others wait for what they are sent, so
 * nothing else on the machine is looked at.
 */
export function tree(roots) {
  const found = [...roots];
  for (const pid of found) found.push(...children(pid));
  return found;
}

/** Seconds of processor time, children that have ended included. */
export function cpuSeconds(roots) {
  let ticks = 0;
  for (const pid of tree(roots)) {
    const fields = stat(pid);
    if (fields) ticks += [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  }
  return ticks / TICKS;
}

/** Private resident bytes: no program text and no shared memory. */
export function memory(roots) {
  let kilobytes = 0;
  for (const pid of tree(roots)) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "latin1");
      kilobytes += Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0);
    } catch {
      continue; // it has ended meanwhile
    }
  }
  return kilobytes * 1024;
}
