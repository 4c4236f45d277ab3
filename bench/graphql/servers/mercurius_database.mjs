/** One transaction for each request, as its viewer: row-level security says what may be seen. */

import { createHash } from "node:crypto";

export class Reading {
  constructor(pool, viewer) {
    this.pool = pool;
    this.viewer = viewer;
    this.opened = null;
  }

  /** The rows of a prepared statement. */
  async rows(name, text, values) {
    this.opened ??= this.open();
    const client = await this.opened;
    return (await client.query({ name, text, values })).rows;
  }

  async open() {
    const client = await this.pool.connect();
    client.query({ name: "begin", text: "BEGIN READ ONLY" });
    client.query({
      name: "viewer",
      text: "SELECT set_config('policylab.viewer', $1, true)",
      values: [this.viewer],
    });
    return client;
  }

  /** Ends the transaction and gives the connection back; nothing where none was needed. */
  async close() {
    const opened = this.opened;
    this.opened = null;
    if (opened === null) return;
    const client = await opened;
    try {
      await client.query({ name: "commit", text: "COMMIT" });
    } finally {
      client.release();
    }
  }
}

const CITED = `
SELECT v.document_id, d.id AS dialogue_id, d.lab_id, d.phase_id, a.delegation_id, a.level,
       a.capacity_id, r.id AS phase_run_id
  FROM version_set v JOIN dialogue d ON d.id = v.dialogue_id
  JOIN phase_run r ON r.dialogue_id = d.id AND r.left_at IS NULL
  JOIN policylab_access a ON a.dialogue_id = d.id AND a.person_id = $2 AND a.head
   AND a.delegation_id IS NOT NULL
 WHERE v.id = $1
   AND EXISTS (SELECT FROM version_section s WHERE s.version_set_id = v.id AND s.section_id = $3)`;
const HOLD = "SELECT FROM dialogue WHERE id = $1 FOR SHARE";
const BALLOT = `
INSERT INTO ballot (id, lab_id, dialogue_id, subject_id, state)
VALUES (uuidv7(), $1, $2, $3, 'FREE') ON CONFLICT (subject_id) DO NOTHING`;
const SHARE = "SELECT state FROM ballot WHERE subject_id = $1 FOR SHARE";
const ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 4))";
const MANDATE = `
SELECT id FROM mandate
 WHERE delegation_id = $1 AND revoked_at IS NULL AND current_date >= valid_from
   AND (valid_to IS NULL OR current_date <= valid_to) LIMIT 1 FOR SHARE`;
const SUPERSEDE = `
UPDATE position SET superseded_at = now()
 WHERE delegation_id = $1 AND subject_id = $2 AND superseded_at IS NULL
   AND released_at IS NOT NULL`;
const WRITE = `
INSERT INTO position (id, created_by, lab_id, dialogue_id, delegation_id, level, subject_id,
                      document_id, set_id, section_id, stance, statement, reservations,
                      ad_referendum, mandate_id, capacity_id, state, cleared_at,
                      cleared_by_capacity_id, released_at)
VALUES (uuidv7(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '[]', false, $12, $13, 'RELEASED',
        now(), $13, now())
RETURNING id, stance, statement, state, section_id AS "sectionId", delegation_id`;
const FACT = `
INSERT INTO dialogue_fact (id, lab_id, dialogue_id, phase_run_id, kind, at, detail, note,
                           capacity_id)
VALUES (uuidv7(), $1, $2, $3, 'POSITION_RELEASED', now(), $4, '', $5) RETURNING id`;
const OUTBOX = `
INSERT INTO outbox (kind, lab_id, dialogue_id, payload)
VALUES ('position.released', $1, $2, $3), ('fact.recorded', $1, $2, $4)`;
const LEDGER = `
UPDATE lab_ledger SET revision = revision + 1, audit_sequence = audit_sequence + 2
 WHERE lab_id = $1 RETURNING audit_sequence, audit_hash, now()::text AS at`;
const AUDIT = `
INSERT INTO audit_event (lab_id, sequence, at, actor_id, capacity_id, action, object_type,
                         object_id, detail, previous_hash, hash)
VALUES ($1, $2::bigint - 1, now(), $3, $4, 'position.taken', 'Position', $5, $6, $7, $8),
       ($1, $2, now(), $3, $4, 'fact.recorded', 'DialogueFact', $9, $10, $8, $11)`;
const HEAD = "UPDATE lab_ledger SET audit_hash = $2 WHERE lab_id = $1";

function uuid5(space, name) {
  const bytes = createHash("sha1").update(Buffer.from(space.replaceAll("-", ""), "hex")).update(name)
    .digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x50;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const refusal = (code, message) => ({ __typename: "Refusal", code, message });

/** Supersede what was there, and leave behind what our own verb leaves behind. */
export async function takePosition(pool, viewer, input) {
  const client = await pool.connect();
  const run = async (name, text, values) => (await client.query({ name, text, values })).rows;
  let done = "ROLLBACK";
  try {
    client.query({ name: "begin write", text: "BEGIN" });
    client.query({
      name: "viewer", text: "SELECT set_config('policylab.viewer', $1, true)", values: ["system"],
    });
    const [here] = await run("cited", CITED, [input.setId, viewer, input.sectionId]);
    if (!here) return refusal("NOT_FOUND", "There is no such clause, or you do not speak here.");
    if (here.phase_id !== "positions") {
      return refusal("NOT_IN_THIS_PHASE", "Positions are not being taken now.");
    }
    const subject = uuid5(input.setId, input.sectionId);
    const [, , [ballot], , [mandate]] = await Promise.all([
      run("hold", HOLD, [here.dialogue_id]),
      run("ballot", BALLOT, [here.lab_id, here.dialogue_id, subject]),
      run("share", SHARE, [subject]),
      run("alone", ALONE, [`${here.delegation_id} ${subject}`]),
      run("mandate", MANDATE, [here.delegation_id]),
    ]);
    if (ballot.state === "CLOSED") return refusal("CLOSED", "No positions are taken here.");
    if (!mandate) return refusal("NO_MANDATE", "Your delegation has no mandate.");
    const detail = JSON.stringify({ delegation_id: here.delegation_id, level: here.level });
    const fact = JSON.stringify({ fact: "POSITION_RELEASED" });
    const [, [position], [recorded], , [ledger]] = await Promise.all([
      run("supersede", SUPERSEDE, [here.delegation_id, subject]),
      run("write", WRITE, [viewer, here.lab_id, here.dialogue_id, here.delegation_id, here.level,
        subject, here.document_id, input.setId, input.sectionId, input.stance, input.statement,
        mandate.id, here.capacity_id]),
      run("fact", FACT, [here.lab_id, here.dialogue_id, here.phase_run_id, detail,
        here.capacity_id]),
      run("outbox", OUTBOX, [here.lab_id, here.dialogue_id, detail, fact]),
      run("ledger", LEDGER, [here.lab_id]),
    ]);
    const taken = { id: position.id, detail: { subject, stance: input.stance } };
    const noted = { id: recorded.id, detail: { kind: "POSITION_RELEASED" } };
    await keep(run, viewer, here, ledger, taken, noted);
    done = "COMMIT";
    return { __typename: "Position", ...position };
  } finally {
    await client.query({ name: done.toLowerCase(), text: done });
    client.release();
  }
}

async function keep(run, viewer, here, ledger, taken, noted) {
  const chained = (before, sequence, id) => createHash("sha256").update(before)
    .update([here.lab_id, sequence, ledger.at, viewer, id].join(" ")).digest();
  const first = chained(ledger.audit_hash, ledger.audit_sequence - 1, taken.id);
  const second = chained(first, ledger.audit_sequence, noted.id);
  await Promise.all([
    run("audit", AUDIT, [here.lab_id, ledger.audit_sequence, viewer, here.capacity_id, taken.id,
      JSON.stringify(taken.detail), ledger.audit_hash, first, noted.id,
      JSON.stringify(noted.detail), second]),
    run("head", HEAD, [here.lab_id, second]),
  ]);
}
