/** A screen asked for again and again: as fast as it is answered, then at a fixed rate. */

import { Latencies } from "../../coedit/generator/latencies.mjs";
import { Asker, asRequest, withTags } from "./asking.mjs";
import { between, take } from "./cost.mjs";

const AT_ONCE = 4;
const CONNECTIONS = 64;
const READERS = 8; // of an unchanged page
const FAR_BEHIND = 32;
const LATEST = 3000;
const LONGEST = 8000;

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export async function page({ server, cases, options }) {
  const asker = new Asker(server, CONNECTIONS);
  const requests = options.unchanged
    ? await withTags(asker, cases.slice(0, READERS))
    : cases.map((each) => asRequest(each));
  let next = 0;
  const ask = () => asker.ask(requests[next++ % requests.length]);
  const closed = (seconds, least) => askedBy(options.atOnce ?? AT_ONCE, ask, seconds, least);
  await closed(options.warm, options.ready);
  asker.problems.clear();
  asker.unchanged = 0;
  const before = take(server);
  const latencies = await closed(options.closed, options.least);
  const asked = latencies.count;
  const used = between(before, take(server));
  const found = {
    closed: {
      asked,
      cpuEach: (used.cpu / asked) * 1000,
      serverEach: (used.server / asked) * 1000,
      databaseEach: (used.database / asked) * 1000,
      rate: asked / used.seconds,
      p50: latencies.quantile(0.5),
      p99: latencies.quantile(0.99),
      unchanged: asker.unchanged / asked,
      generatorShare: used.own / used.seconds,
    },
    open: await open(ask, options.rate, options.open),
  };
  found.problems = asker.told();
  asker.close();
  return found;
}

/**
 * So many at a time, each asking anew when it has its answer: so many seconds, and `least` times
 * unless that takes too long. How long each answer took.
 */
async function askedBy(many, ask, seconds, least) {
  const begun = performance.now();
  const latencies = new Latencies();
  const goesOn = (own) => {
    const taken = performance.now() - begun;
    return own === 0 || taken < seconds * 1000 || (own < least && taken < LONGEST);
  };
  const one = async () => {
    for (let own = 0; goesOn(own); own++) {
      const asked = performance.now();
      await ask();
      latencies.add(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: many }, one));
  return latencies;
}

/**
 * So many a second, whether the earlier ones are answered or not; timed from when each was due. Who
 * is far behind is not sent more: what is left over counts as the latest.
 */
async function open(ask, rate, seconds) {
  const latencies = new Latencies();
  const count = Math.ceil(rate * seconds);
  const begun = performance.now();
  let [waiting, late, over] = [0, 0, false];
  for (let number = 0; number < count; number++) {
    const due = begun + (number * 1000) / rate;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    if (waiting >= FAR_BEHIND) {
      late++;
      continue;
    }
    waiting++;
    ask().then(() => {
      waiting--;
      if (!over) latencies.add(performance.now() - due);
    });
  }
  const patience = performance.now() + LATEST;
  while (waiting && performance.now() < patience) await sleep(5);
  over = true;
  late += waiting;
  for (let left = late; left > 0; left--) latencies.add(LATEST);
  while (waiting) await sleep(5); // so that nobody's work falls into the next one's time
  return { p50: latencies.quantile(0.5), p99: latencies.quantile(0.99), late };
}
