-- What the peers get in the database beyond our tables. They run as the service's own role under
-- its row-level security, as our server does; `policylab.viewer` says who asks.

-- Who a token stands for: what a server asks first of all.
CREATE FUNCTION bench_person_of(secret bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT t.person_id FROM access_token t JOIN person p ON p.id = t.person_id
   WHERE t.secret_hash = secret AND t.revoked_at IS NULL AND t.expires_at > now()
     AND p.suspended_at IS NULL
$$;
COMMENT ON FUNCTION bench_person_of(bytea) IS E'@behavior -*';

-- Looking for words: the places that one viewer may read, in one lab. Everybody uses the index that
-- our tables have, through the one function that may look into it.
CREATE TYPE bench_hit AS (
  kind text, dialogue_id uuid, node_id uuid, number text, title text, excerpt text,
  total int
);
COMMENT ON TYPE bench_hit IS
  E'@name hit\n@foreignKey (dialogue_id) references dialogue (id)|@fieldName dialogue';
CREATE FUNCTION bench_search(words text, lab uuid)
RETURNS SETOF bench_hit
LANGUAGE sql STABLE SET search_path = public AS $$
  WITH found AS MATERIALIZED (
    SELECT * FROM policylab_found(words, lab)
  ), hit (kind, dialogue_id, page, node_id, number, heading, titles, body, said, section_id,
          language, worth) AS (
    SELECT 'clause', s.dialogue_id, 'drafts', s.draft_id, s.number, s.heading, d.titles, s.text,
           s.said, s.section_id, s.language, f.worth
      FROM found f JOIN draft_section s ON s.id = f.place_id
      JOIN document d ON d.id = s.document_id
      JOIN draft o ON o.id = s.draft_id AND o.closed_at IS NULL
     WHERE f.place = 'draft_section'
    UNION ALL
    SELECT 'clause', s.dialogue_id, 'texts', s.version_id, s.number, s.heading, d.titles, s.text,
           s.said, s.section_id, s.language, f.worth
      FROM found f JOIN version_section s ON s.id = f.place_id
      JOIN document d ON d.id = s.document_id
     WHERE f.place = 'version_section'
    UNION ALL
    SELECT 'comment', c.dialogue_id, 'drafts', h.id, NULL, NULL, d.titles, c.body, c.said,
           h.section_id, NULL, f.worth
      FROM found f JOIN comment c ON c.id = f.place_id JOIN thread h ON h.id = c.thread_id
      JOIN document d ON d.id = h.document_id
     WHERE f.place = 'comment'
    UNION ALL
    SELECT 'amendment', a.dialogue_id, 'texts', a.id, NULL, NULL, d.titles,
           concat_ws(E'\n', a.proposed, a.reasons), a.said, a.section_id, a.language, f.worth
      FROM found f JOIN amendment a ON a.id = f.place_id JOIN document d ON d.id = a.document_id
     WHERE f.place = 'amendment'
    UNION ALL
    SELECT 'record', r.dialogue_id, 'records', r.id, NULL, r.identifier, NULL, r.words,
           policylab_plain(r.words), NULL, NULL, f.worth
      FROM found f JOIN LATERAL (
        SELECT r.id, r.dialogue_id, r.identifier, concat_ws(E'\n', r.identifier,
                 policylab_words(d.titles), (SELECT string_agg(t.text, E'\n')
                   FROM dissenting_statement t WHERE t.record_id = r.id)) AS words
          FROM decision_record r JOIN document d ON d.id = r.document_id
         WHERE r.id = f.place_id OFFSET 0) r ON true
     WHERE f.place = 'decision_record'
    UNION ALL
    SELECT 'recommendation', NULL, 'index', n.id, n.number, NULL, n.texts,
           policylab_words(n.texts), n.said, NULL, NULL, f.worth
      FROM found f JOIN recommendation n ON n.id = f.place_id
     WHERE f.place = 'recommendation'
    UNION ALL
    SELECT 'document', d.dialogue_id, 'documents', d.id, NULL, NULL, d.titles,
           policylab_words(d.titles), d.said, NULL, NULL, f.worth
      FROM found f JOIN document d ON d.id = f.place_id
     WHERE f.place = 'document'
    UNION ALL
    SELECT 'dialogue', g.id, 'dialogues', g.id, NULL, NULL, g.questions,
           policylab_words(g.questions, g.scopes), g.said, NULL, NULL, f.worth
      FROM found f JOIN dialogue g ON g.id = f.place_id
     WHERE f.place = 'dialogue'
  ), once AS (
    -- A wording of a clause once, however many versions have it.
    SELECT h.*, row_number() OVER (
             PARTITION BY h.kind, CASE WHEN h.kind = 'clause'
               THEN concat_ws(' ', h.section_id, h.language, h.body) ELSE h.node_id::text END
             ORDER BY h.worth DESC, h.page = 'texts', h.node_id DESC) AS nth
      FROM hit h
  )
  SELECT o.kind, o.dialogue_id, o.node_id, o.number, coalesce(o.heading, o.titles ->> 'en'),
         substr(o.body, greatest(strpos(o.said, policylab_plain(words)) - 90, 1), 190),
         (count(*) OVER ())::int
    FROM once o WHERE o.nth = 1
   ORDER BY o.worth DESC, o.page = 'texts', o.node_id DESC
$$;

COMMENT ON FUNCTION bench_search(text, uuid) IS E'@name search';

-- Taking a position, as a PostGraphile house writes it: one function, with the checks that matter
-- and everything that our own verb leaves behind (audit, revision, facts, outbox).
CREATE FUNCTION bench_take_position(set_id uuid, section_id uuid, stance text, statement text)
RETURNS "position" LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
  frozen version_set;
  talk dialogue;
  seat record;
  held mandate;
  subject uuid;
  ledger lab_ledger;
  taken "position";
  fact uuid := uuidv7();
  first bytea;
  second bytea;
BEGIN
  SELECT * INTO frozen FROM version_set v WHERE v.id = bench_take_position.set_id;
  SELECT * INTO talk FROM dialogue d WHERE d.id = frozen.dialogue_id FOR SHARE;
  SELECT a.delegation_id, a.level, a.capacity_id INTO seat FROM policylab_access a
   WHERE a.person_id = policylab_viewer() AND a.dialogue_id = talk.id
     AND a.delegation_id IS NOT NULL AND a.head;
  IF NOT FOUND OR talk.phase_id <> 'positions' THEN
    RAISE EXCEPTION 'positions are taken by heads of delegations, in their phase';
  END IF;
  SELECT p.subject_id INTO subject FROM position p
   WHERE p.set_id = bench_take_position.set_id
     AND p.section_id = bench_take_position.section_id LIMIT 1;
  IF NOT EXISTS (SELECT FROM version_section s WHERE s.version_set_id = frozen.id
                    AND s.section_id = bench_take_position.section_id) OR subject IS NULL THEN
    RAISE EXCEPTION 'there is no such clause';
  END IF;
  INSERT INTO ballot (id, lab_id, dialogue_id, subject_id, state)
  VALUES (uuidv7(), talk.lab_id, talk.id, subject, 'FREE') ON CONFLICT (subject_id) DO NOTHING;
  PERFORM FROM ballot b WHERE b.subject_id = subject AND b.state <> 'CLOSED' FOR SHARE;
  PERFORM pg_advisory_xact_lock(hashtextextended(seat.delegation_id || ' ' || subject, 4));
  SELECT * INTO held FROM mandate m
   WHERE m.delegation_id = seat.delegation_id AND m.revoked_at IS NULL
     AND current_date >= m.valid_from AND (m.valid_to IS NULL OR current_date <= m.valid_to)
   LIMIT 1 FOR SHARE;
  UPDATE position p SET superseded_at = now()
   WHERE p.delegation_id = seat.delegation_id AND p.subject_id = subject
     AND p.superseded_at IS NULL AND p.released_at IS NOT NULL;
  INSERT INTO position (id, created_by, lab_id, dialogue_id, delegation_id, level, subject_id,
                        document_id, set_id, section_id, stance, statement, reservations,
                        ad_referendum, mandate_id, capacity_id, state, cleared_at,
                        cleared_by_capacity_id, released_at)
  VALUES (uuidv7(), policylab_viewer(), talk.lab_id, talk.id, seat.delegation_id, seat.level,
          subject, frozen.document_id, frozen.id, bench_take_position.section_id,
          bench_take_position.stance, bench_take_position.statement, '[]', false, held.id,
          seat.capacity_id, 'RELEASED', now(), seat.capacity_id, now())
  RETURNING * INTO taken;
  INSERT INTO dialogue_fact (id, lab_id, dialogue_id, phase_run_id, kind, at, detail, note,
                             capacity_id)
  SELECT fact, talk.lab_id, talk.id, r.id, 'POSITION_RELEASED', now(),
         jsonb_build_object('delegation_id', seat.delegation_id, 'level', seat.level), '',
         seat.capacity_id
    FROM phase_run r WHERE r.dialogue_id = talk.id AND r.left_at IS NULL;
  INSERT INTO outbox (kind, lab_id, dialogue_id, payload)
  VALUES ('position.released', talk.lab_id, talk.id,
          jsonb_build_object('position_id', taken.id, 'delegation_id', seat.delegation_id)),
         ('fact.recorded', talk.lab_id, talk.id, jsonb_build_object('fact', 'POSITION_RELEASED'));
  UPDATE lab_ledger l SET revision = revision + 1, audit_sequence = audit_sequence + 2
   WHERE l.lab_id = talk.lab_id RETURNING * INTO ledger;
  first := sha256(ledger.audit_hash || convert_to(concat_ws(
    ' ', talk.lab_id, ledger.audit_sequence - 1, now(), taken.id, seat.capacity_id), 'UTF8'));
  second := sha256(first || convert_to(concat_ws(
    ' ', talk.lab_id, ledger.audit_sequence, now(), fact, seat.capacity_id), 'UTF8'));
  INSERT INTO audit_event (lab_id, sequence, at, actor_id, capacity_id, action, object_type,
                           object_id, detail, previous_hash, hash)
  VALUES (talk.lab_id, ledger.audit_sequence - 1, now(), policylab_viewer(), seat.capacity_id,
          'position.taken', 'Position', taken.id,
          jsonb_build_object('subject', subject, 'stance', bench_take_position.stance),
          ledger.audit_hash, first),
         (talk.lab_id, ledger.audit_sequence, now(), policylab_viewer(), seat.capacity_id,
          'fact.recorded', 'DialogueFact', fact,
          jsonb_build_object('kind', 'POSITION_RELEASED'), first, second);
  UPDATE lab_ledger l SET audit_hash = second WHERE l.lab_id = talk.lab_id;
  RETURN taken;
END
$$;

COMMENT ON FUNCTION bench_take_position(uuid, uuid, text, text) IS E'@name take_position';

-- PostGraphile's pages with a count, where a screen asks for them; else plain lists.
COMMENT ON TABLE lab IS E'@behavior +connection';
COMMENT ON CONSTRAINT dialogue_lab_id_fkey ON dialogue IS E'@behavior +connection';
COMMENT ON CONSTRAINT decision_record_dialogue_id_fkey ON decision_record IS E'@behavior +connection';

-- The way from a clause to its positions has no foreign key in our tables: PostGraphile is told of
-- it by smart comments, as its manual says.
COMMENT ON TABLE draft_section IS E'@unique document_id,section_id';
COMMENT ON TABLE position IS
  E'@foreignKey (document_id, section_id) references draft_section (document_id, section_id)|@foreignFieldName positions|@fieldName clause';
COMMENT ON TABLE trace_link IS
  E'@foreignKey (document_id, section_id) references draft_section (document_id, section_id)|@foreignFieldName links|@fieldName clause';
-- Its type would be called as PostGraphile calls the filter on positions.
COMMENT ON TABLE position_condition IS E'@name condition_of_position';
