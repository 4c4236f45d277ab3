/** Windows of time, and what was counted in them. */

import { counts, latencies } from "./client.mjs";
import { cpuSeconds } from "../../kit/processes.mjs";

export const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

const PATIENCE = 60;

/** Waits until something has come true. */
export async function until(condition, what, seconds = PATIENCE) {
  const deadline = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited too long: ${what}.`);
    await sleep(0.005);
  }
}

/** Works on all of them, so many at a time. */
export async function each(things, atOnce, work) {
  const left = things.map((thing, number) => [thing, number]).reverse();
  const hand = async () => {
    while (left.length) await work(...left.pop());
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, hand));
}

export const median = (numbers) => {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function take(server) {
  const own = process.cpuUsage();
  return {
    at: performance.now() / 1000,
    cpu: cpuSeconds(server.pids),
    own: (own.user + own.system) / 1e6,
    ...counts,
  };
}

/** Begins a window; call what it gives to end it. */
export function window(server) {
  latencies.clear();
  const cutBefore = counts.cut.length;
  const before = take(server);
  return () => {
    const after = take(server);
    const seconds = after.at - before.at;
    // some servers deliver in bursts: from one to another, not from within a pause
    const between = (after.deliveredAt - before.deliveredAt) / 1000;
    const delivered = after.delivered - before.delivered;
    const cpu = after.cpu - before.cpu;
    return {
      seconds,
      delivered,
      rate: delivered ? delivered / between : 0,
      sent: after.sent - before.sent,
      frames: after.frames - before.frames,
      presence: after.presence - before.presence,
      megabytes: (after.bytes - before.bytes) / 1e6,
      cpu,
      cpuShare: cpu / seconds,
      cpuEach: delivered ? (cpu / delivered) * 1e6 : null,
      generatorShare: (after.own - before.own) / seconds,
      p50: latencies.quantile(0.5),
      p99: latencies.quantile(0.99),
      cut: counts.cut.slice(cutBefore),
    };
  };
}
