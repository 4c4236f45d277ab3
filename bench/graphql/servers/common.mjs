/** What the peers on Node share: their settings, the pool, and who asks. */

import { createHash } from "node:crypto";

import pg from "pg";

export const settings = {
  port: Number(process.env.PORT),
  pool: Number(process.env.POOL),
};

const DATE = 1082;
const TIMESTAMPTZ = 1184;
const iso = (value) => `${value.slice(0, 10)}T${value.slice(11)}:00`;
// Times go out as they come in: nobody needs them as objects on the way.
pg.types.setTypeParser(TIMESTAMPTZ, iso);
pg.types.setTypeParser(DATE, (value) => value);

/** Connections with statements kept ready; queries are sent without waiting where `pipeline`. */
export function makePool(options = {}) {
  return new pg.Pool({
    host: process.env.PGHOST,
    database: process.env.PGDATABASE,
    user: process.env.PGUSER,
    max: settings.pool,
    min: settings.pool,
    idleTimeoutMillis: 0,
    ...options,
  });
}

const PERSON = { name: "person", text: "SELECT bench_person_of($1) AS id" };

/** The person that a bearer token stands for; null for nobody. Looked up for every request. */
export async function personOf(pool, header) {
  const secret = /^Bearer (.+)$/i.exec(header ?? "")?.[1];
  if (!secret) return null;
  const hash = createHash("sha256").update(secret).digest();
  const found = await pool.query({ ...PERSON, values: [hash] });
  return found.rows[0].id;
}

/** Ends in order when asked to. */
export function untilEnded(close) {
  process.once("SIGTERM", async () => {
    await close();
    process.exit(0);
  });
}
