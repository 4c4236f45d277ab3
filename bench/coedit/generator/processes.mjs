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

/** These processes and all that descend from them. */
export function tree(roots) {
  const children = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(stat(name)?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [...roots];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
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
