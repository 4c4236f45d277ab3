/** Each list and each way to another thing as one statement for all who ask. */

const DIALOGUE = `t.id, t.lab_id, t.questions ->> 'en' AS question, t.visibility,
  t.created_at AS "createdAt"`;
const DOCUMENT = "t.id, t.dialogue_id, t.titles ->> 'en' AS title, t.kind";
const LAB = `t.id, t.names ->> 'en' AS name, t.purposes ->> 'en' AS purpose, t.illustrative,
  t.languages`;

/** A loader for one thing by the id that the object holds in `column`. */
const toOne = (name, column, select) => ({
  loader: async (queries, { database }) => {
    const keys = [...new Set(queries.map(({ obj }) => obj[column]))];
    const found = new Map();
    for (const row of await database.rows(name, select, [keys])) found.set(row.id, row);
    return queries.map(({ obj }) => found.get(obj[column]) ?? null);
  },
  opts: { cache: false },
});

/** A loader for the rows whose `by` is the object's `key`. */
const list = (name, by, select, key = "id") => ({
  loader: async (queries, { database }) => {
    const found = new Map(queries.map(({ obj }) => [obj[key], []]));
    const rows = await database.rows(name, select, [[...found.keys()]]);
    for (const row of rows) found.get(row[by]).push(row);
    return queries.map(({ obj }) => found.get(obj[key]));
  },
  opts: { cache: false },
});

const document = (column) =>
  toOne("documents", column, `SELECT ${DOCUMENT} FROM document t WHERE t.id = ANY($1::uuid[])`);
const dialogue = (column) =>
  toOne("dialogues", column, `SELECT ${DIALOGUE} FROM dialogue t WHERE t.id = ANY($1::uuid[])`);
const delegation = toOne("delegations", "delegation_id", `
  SELECT t.id, t.lab_id, t.level AS code, t.organisation_id, t.voting, t.weight
    FROM delegation t WHERE t.id = ANY($1::uuid[])`);

const LABS = `SELECT ${LAB}, count(*) OVER ()::int AS total FROM lab t ORDER BY t.id LIMIT $1`;
const DRAFT = `
SELECT t.id, t.document_id, t.updated_at AS "updatedAt", t.projected_seq AS sequence
  FROM draft t WHERE t.id = $1`;
const ONE_DIALOGUE = `SELECT ${DIALOGUE} FROM dialogue t WHERE t.id = $1`;
const SEARCH = "SELECT * FROM bench_search($1, $2)";

export const resolvers = {
  TakePositionResult: { resolveType: (found) => found.__typename },
  Query: {
    labs: async (_, { first }, { database }) => {
      const nodes = await database.rows("labs", LABS, [first]);
      return { nodes, totalCount: nodes[0]?.total ?? 0 };
    },
    draft: async (_, { id }, { database }) => (await database.rows("draft", DRAFT, [id]))[0],
    dialogue: async (_, { id }, { database }) =>
      (await database.rows("dialogue", ONE_DIALOGUE, [id]))[0],
    search: async (_, { text, labId, first }, { database }) => {
      const found = await database.rows("search", SEARCH, [text, labId]);
      return { totalCount: found.length, nodes: found.slice(0, first) };
    },
  },
  SearchHit: { node: (hit) => ({ id: hit.node_id }) },
};

export const loaders = {
  Lab: {
    levels: list("levels", "lab_id", `
      SELECT t.id, t.lab_id, t.code, t.names ->> 'en' AS name, t.place AS order
        FROM lab_level t WHERE t.lab_id = ANY($1::uuid[]) ORDER BY t.place`),
    dialogues: { loader: dialoguesOfLabs, opts: { cache: false } },
  },
  Dialogue: {
    lab: toOne("labs of", "lab_id", `SELECT ${LAB} FROM lab t WHERE t.id = ANY($1::uuid[])`),
    delegations: list("delegations of", "dialogue_id", `
      SELECT t.id, t.dialogue_id, t.lab_id, t.level AS code, t.organisation_id, t.voting, t.weight
        FROM delegation t JOIN lab_level l ON l.lab_id = t.lab_id AND l.code = t.level
       WHERE t.until IS NULL AND t.dialogue_id = ANY($1::uuid[]) ORDER BY l.place, t.id`),
    coverage: { loader: coverages, opts: { cache: false } },
    decisions: { loader: decisionsOfDialogues, opts: { cache: false } },
  },
  Delegation: {
    level: { loader: levelsOfDelegations, opts: { cache: false } },
    organisation: toOne("organisations", "organisation_id", `
      SELECT t.id, t.names ->> 'en' AS name FROM organisation t WHERE t.id = ANY($1::uuid[])`),
  },
  Document: { dialogue: dialogue("dialogue_id") },
  Draft: {
    document: document("document_id"),
    sections: list("sections", "draft_id", `
      SELECT t.draft_id, t.document_id, t.section_id AS "sectionId", t.number, t.kind, t.heading,
             t.text, t.place AS order
        FROM draft_section t WHERE t.draft_id = ANY($1::uuid[]) ORDER BY t.place`),
    threads: list("threads", "draft_id", `
      SELECT t.id, t.draft_id, t.section_id AS "sectionId", t.quotation, t.state, t.visibility,
             t.created_at AS "createdAt"
        FROM thread t WHERE t.draft_id = ANY($1::uuid[]) ORDER BY t.id`),
  },
  Section: {
    threadCount: { loader: threadCounts, opts: { cache: false } },
    positions: { loader: positionsOnClauses, opts: { cache: false } },
  },
  Position: { delegation },
  Statement: { delegation },
  Thread: {
    comments: list("comments", "thread_id", `
      SELECT t.id, t.thread_id, t.capacity_id, t.body, t.created_at AS "createdAt"
        FROM comment t WHERE t.thread_id = ANY($1::uuid[]) ORDER BY t.created_at, t.id`),
  },
  Comment: {
    capacity: toOne("capacities", "capacity_id", `
      SELECT t.id, t.functions ->> 'en' AS function, t.role
        FROM capacity t WHERE t.id = ANY($1::uuid[])`),
  },
  TraceLink: { document: document("document_id") },
  SearchHit: { dialogue: dialogue("dialogue_id") },
  DecisionRecord: {
    set: toOne("sets", "set_id", `
      SELECT t.id, t.number, t.document_id FROM version_set t WHERE t.id = ANY($1::uuid[])`),
    procedure: toOne("procedures", "procedure_id", `
      SELECT t.id, t.opens_at AS "opensAt", t.levels, t.section_id AS "sectionId"
        FROM procedure t WHERE t.id = ANY($1::uuid[])`),
    statements: list("statements", "record_id", `
      SELECT t.id, t.record_id, t.delegation_id, t.text
        FROM dissenting_statement t WHERE t.record_id = ANY($1::uuid[])
       ORDER BY t.created_at, t.id`),
  },
  VersionSet: { document: document("document_id") },
};

async function dialoguesOfLabs(queries, { database }) {
  const found = new Map(queries.map(({ obj }) => [obj.id, { totalCount: 0, nodes: [] }]));
  const rows = await database.rows("dialogues of labs", `
    SELECT * FROM (
      SELECT ${DIALOGUE}, count(*) OVER (PARTITION BY t.lab_id)::int AS total,
             row_number() OVER (PARTITION BY t.lab_id ORDER BY t.id DESC) AS nth
        FROM dialogue t WHERE t.lab_id = ANY($1::uuid[])) n
     WHERE n.nth <= $2 ORDER BY n.nth`, [[...found.keys()], queries[0].params.first]);
  for (const row of rows) {
    const page = found.get(row.lab_id);
    page.totalCount = row.total;
    page.nodes.push(row);
  }
  return queries.map(({ obj }) => found.get(obj.id));
}

async function decisionsOfDialogues(queries, { database }) {
  const found = new Map(queries.map(({ obj }) => [obj.id, []]));
  const { first } = queries[0].params;
  const rows = await database.rows("decisions of dialogues", `
    SELECT n.* FROM unnest($1::uuid[]) AS k(key), LATERAL (
      SELECT t.id, t.dialogue_id, t.identifier, t.outcome, t.set_id, t.procedure_id, s.hash,
             s.sealed_at AS "sealedAt"
        FROM decision_record t LEFT JOIN record_seal s ON s.record_id = t.id
       WHERE t.dialogue_id = k.key ORDER BY t.created_at DESC, t.id DESC LIMIT $2 + 1) n`,
  [[...found.keys()], first]);
  for (const row of rows) found.get(row.dialogue_id).push(row);
  return queries.map(({ obj }) => {
    const nodes = found.get(obj.id);
    return { nodes: nodes.slice(0, first), pageInfo: { hasNextPage: nodes.length > first } };
  });
}

async function levelsOfDelegations(queries, { database }) {
  const labs = [...new Set(queries.map(({ obj }) => obj.lab_id))];
  const rows = await database.rows("levels of labs", `
    SELECT t.id, t.lab_id, t.code, t.names ->> 'en' AS name, t.place AS order
      FROM lab_level t WHERE t.lab_id = ANY($1::uuid[])`, [labs]);
  const found = new Map(rows.map((row) => [row.lab_id + row.code, row]));
  return queries.map(({ obj }) => found.get(obj.lab_id + obj.code));
}

async function threadCounts(queries, { database }) {
  const drafts = [...new Set(queries.map(({ obj }) => obj.draft_id))];
  const rows = await database.rows("thread counts", `
    SELECT t.draft_id, t.section_id, count(*)::int AS threads FROM thread t
     WHERE t.draft_id = ANY($1::uuid[]) AND t.state = 'OPEN' GROUP BY 1, 2`, [drafts]);
  const found = new Map(rows.map((row) => [row.draft_id + row.section_id, row.threads]));
  return queries.map(({ obj }) => found.get(obj.draft_id + obj.sectionId) ?? 0);
}

async function positionsOnClauses(queries, { database }) {
  const texts = [...new Set(queries.map(({ obj }) => obj.document_id))];
  const clauses = queries.map(({ obj }) => obj.sectionId);
  const rows = await database.rows("positions", `
    SELECT t.id, t.document_id, t.section_id, t.delegation_id, t.stance, t.statement
      FROM position t
     WHERE t.document_id = ANY($1::uuid[]) AND t.section_id = ANY($2::uuid[])
       AND t.amendment_id IS NULL AND t.superseded_at IS NULL AND t.released_at IS NOT NULL
     ORDER BY t.section_id, t.delegation_id`, [texts, clauses]);
  const found = new Map();
  for (const row of rows) {
    const key = row.document_id + row.section_id;
    const known = found.get(key);
    if (known) known.push(row);
    else found.set(key, [row]);
  }
  return queries.map(({ obj }) => found.get(obj.document_id + obj.sectionId) ?? []);
}

// ── how far recommendations are answered ──

async function coverages(queries, { database }) {
  const keys = [queries.map(({ obj }) => obj.id)];
  const [advice, dimensions, links, responses] = await Promise.all([
    database.rows("advice", `
      SELECT a.dialogue_id, t.id, t.number, t.texts ->> 'en' AS text, t.kind
        FROM recommendation t JOIN dialogue_assessment a ON a.assessment_id = t.assessment_id
       WHERE a.dialogue_id = ANY($1::uuid[]) AND t.kind IN ('RECOMMENDATION', 'AREA_TO_IMPROVE')
       ORDER BY a.id, t.place`, keys),
    database.rows("dimensions", `
      SELECT r.recommendation_id, d.id, d.names ->> 'en' AS name
        FROM recommendation_dimension r JOIN dimension d ON d.id = r.dimension_id
        JOIN recommendation t ON t.id = r.recommendation_id
        JOIN dialogue_assessment a ON a.assessment_id = t.assessment_id
       WHERE a.dialogue_id = ANY($1::uuid[]) ORDER BY d.place`, keys),
    database.rows("links", `
      SELECT t.dialogue_id, t.recommendation_id, t.id, t.kind, t.note,
             t.section_id AS "sectionId", t.document_id, s.number,
             CASE WHEN s.id IS NULL OR EXISTS (
               SELECT FROM jsonb_each_text(t.hashes) h
                WHERE h.key = s.language AND h.value <> encode(s.hash, 'hex'))
               THEN 'TO_BE_CONFIRMED' ELSE 'CONFIRMED' END AS state
        FROM trace_link t LEFT JOIN draft_section s
          ON s.document_id = t.document_id AND s.section_id = t.section_id
       WHERE t.dialogue_id = ANY($1::uuid[]) AND t.ended_at IS NULL ORDER BY t.id`, keys),
    database.rows("responses", `
      SELECT t.dialogue_id, t.recommendation_id, t.id, t.answer, t.reasons,
             t.decided_on AS "decidedOn"
        FROM recommendation_response t
       WHERE t.dialogue_id = ANY($1::uuid[]) AND t.superseded_at IS NULL`, keys),
  ]);
  const areas = grouped(dimensions, (row) => row.recommendation_id);
  const traces = grouped(links, (row) => row.dialogue_id + row.recommendation_id);
  const answers = new Map(responses.map((row) => [row.dialogue_id + row.recommendation_id, row]));
  return queries.map(({ obj }) => {
    const rows = advice.filter((row) => row.dialogue_id === obj.id).map((row) => {
      const found = traces.get(obj.id + row.id) ?? [];
      const response = answers.get(obj.id + row.id) ?? null;
      const recommendation = { ...row, dimensions: areas.get(row.id) ?? [] };
      return { state: stateOf(found, response), recommendation, links: found, response };
    });
    const count = (state) => rows.filter((row) => row.state === state).length;
    return {
      answered: count("ANSWERED"), partly: count("PARTLY"), open: count("OPEN"),
      declined: count("DECLINED"), referred: count("REFERRED"), rows,
    };
  });
}

function grouped(rows, key) {
  const found = new Map();
  for (const row of rows) found.set(key(row), [...(found.get(key(row)) ?? []), row]);
  return found;
}

function stateOf(links, response) {
  if (links.some((link) => link.kind === "ADDRESSES" && link.state === "CONFIRMED")) {
    return response?.answer === "PARTLY" ? "PARTLY" : "ANSWERED";
  }
  if (response?.answer === "DECLINED" || response?.answer === "REFERRED") return response.answer;
  return links.some((link) => link.kind !== "CONTRADICTS") ? "PARTLY" : "OPEN";
}
