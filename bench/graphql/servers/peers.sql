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

-- Looking for words: the places that one viewer may read, in one lab. Row-level security does the
-- part of the scopes, so that they are judged once.
CREATE TYPE bench_hit AS (
  kind text, dialogue_id uuid, node_id uuid, number text, title text, excerpt text,
  total int
);
COMMENT ON TYPE bench_hit IS
  E'@name hit\n@foreignKey (dialogue_id) references dialogue (id)|@fieldName dialogue';
CREATE FUNCTION bench_search(words text, lab uuid)
RETURNS SETOF bench_hit
LANGUAGE sql STABLE SET search_path = public AS $$
  WITH asked AS (
    SELECT policylab_plain(words) AS plain,
           plainto_tsquery('simple', policylab_plain(words)) AS every_word,
           '%' || policylab_plain(words) || '%' AS part
  ), place (kind, dialogue_id, page, node_id, number, heading, titles, body, section_id, language) AS (
    SELECT 'clause', s.dialogue_id, 'drafts', s.draft_id, s.number, s.heading, d.titles, s.text,
           s.section_id, s.language
      FROM draft_section s JOIN document d ON d.id = s.document_id
      JOIN draft o ON o.id = s.draft_id AND o.closed_at IS NULL
     WHERE d.lab_id = lab
    UNION ALL
    SELECT 'clause', s.dialogue_id, 'texts', s.version_id, s.number, s.heading, d.titles, s.text,
           s.section_id, s.language
      FROM version_section s JOIN document d ON d.id = s.document_id
     WHERE d.lab_id = lab
    UNION ALL
    SELECT 'comment', c.dialogue_id, 'drafts', h.id, NULL, NULL, d.titles, c.body,
           h.section_id, NULL
      FROM comment c JOIN thread h ON h.id = c.thread_id JOIN document d ON d.id = h.document_id
     WHERE c.lab_id = lab
    UNION ALL
    SELECT 'amendment', a.dialogue_id, 'texts', a.id, NULL, NULL, d.titles,
           concat_ws(E'\n', a.proposed, a.reasons), a.section_id, a.language
      FROM amendment a JOIN document d ON d.id = a.document_id
     WHERE a.lab_id = lab
    UNION ALL
    SELECT 'record', r.dialogue_id, 'records', r.id, NULL, r.identifier, NULL,
           concat_ws(E'\n', r.identifier,
             (SELECT string_agg(w.value, E'\n') FROM jsonb_each_text(d.titles) w),
             (SELECT string_agg(t.text, E'\n') FROM dissenting_statement t WHERE t.record_id = r.id)),
           NULL, NULL
      FROM decision_record r JOIN document d ON d.id = r.document_id
     WHERE r.lab_id = lab
    UNION ALL
    SELECT 'recommendation', NULL, 'index', n.id, n.number, NULL, n.texts,
           (SELECT string_agg(w.value, E'\n') FROM jsonb_each_text(n.texts) w), NULL, NULL
      FROM recommendation n
     WHERE n.assessment_id IN (SELECT x.assessment_id FROM dialogue_assessment x
                                WHERE x.lab_id = lab)
    UNION ALL
    SELECT 'document', d.dialogue_id, 'documents', d.id, NULL, NULL, d.titles,
           (SELECT string_agg(w.value, E'\n') FROM jsonb_each_text(d.titles) w), NULL, NULL
      FROM document d WHERE d.lab_id = lab
    UNION ALL
    SELECT 'dialogue', g.id, 'dialogues', g.id, NULL, NULL, g.questions,
           concat_ws(E'\n', (SELECT string_agg(w.value, E'\n') FROM jsonb_each_text(g.questions) w),
             (SELECT string_agg(w.value, E'\n') FROM jsonb_each_text(g.scopes) w)), NULL, NULL
      FROM dialogue g WHERE g.lab_id = lab
  ), spoken AS (
    SELECT p.*, policylab_plain(coalesce(p.body, '')) AS said FROM place p OFFSET 0
  ), judged AS (
    SELECT s.*,
           (s.number IS NOT NULL AND s.number = words)::int * 4 + (s.said LIKE a.part)::int * 2
           + (to_tsvector('simple', s.said) @@ a.every_word)::int
           + word_similarity(a.plain, s.said) AS worth,
           greatest(strpos(s.said, a.plain) - 90, 1) AS begins
      FROM spoken s, asked a
     WHERE s.said LIKE a.part OR to_tsvector('simple', s.said) @@ a.every_word
        OR a.plain <% s.said OR s.number = words
  ), once AS (
    -- A wording of a clause once, however many versions have it.
    SELECT j.*, row_number() OVER (
             PARTITION BY j.kind, CASE WHEN j.kind = 'clause'
               THEN concat_ws(' ', j.section_id, j.language, j.body) ELSE j.node_id::text END
             ORDER BY j.worth DESC, j.page = 'texts', j.node_id DESC) AS nth
      FROM judged j
  )
  SELECT o.kind, o.dialogue_id, o.node_id, o.number, coalesce(o.heading, o.titles ->> 'en'),
         substr(o.body, o.begins, 190), (count(*) OVER ())::int
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
  event bytea;
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
     AND p.superseded_at IS NULL;
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
  SELECT uuidv7(), talk.lab_id, talk.id, r.id, 'POSITION_RELEASED', now(),
         jsonb_build_object('delegation_id', seat.delegation_id, 'level', seat.level), '',
         seat.capacity_id
    FROM phase_run r WHERE r.dialogue_id = talk.id AND r.left_at IS NULL;
  INSERT INTO outbox (kind, lab_id, dialogue_id, payload)
  VALUES ('position.released', talk.lab_id, talk.id,
          jsonb_build_object('position_id', taken.id, 'delegation_id', seat.delegation_id));
  UPDATE lab_ledger l SET revision = revision + 1, audit_sequence = audit_sequence + 1
   WHERE l.lab_id = talk.lab_id RETURNING * INTO ledger;
  event := sha256(ledger.audit_hash || convert_to(
    concat_ws(' ', talk.lab_id, ledger.audit_sequence, now(), taken.id, seat.capacity_id), 'UTF8'));
  INSERT INTO audit_event (lab_id, sequence, at, actor_id, capacity_id, action, object_type,
                           object_id, detail, previous_hash, hash)
  VALUES (talk.lab_id, ledger.audit_sequence, now(), policylab_viewer(), seat.capacity_id,
          'position.released', 'Position', taken.id,
          jsonb_build_object('subject', subject, 'stance', bench_take_position.stance),
          ledger.audit_hash, event);
  UPDATE lab_ledger l SET audit_hash = event WHERE l.lab_id = talk.lab_id;
  RETURN taken;
END
$$;

COMMENT ON FUNCTION bench_take_position(uuid, uuid, text, text) IS E'@name take_position';

-- PostGraphile's pages with a count, where a screen asks for them; else plain lists.
COMMENT ON TABLE lab IS E'@behavior +connection';
COMMENT ON CONSTRAINT dialogue_lab_id_fkey ON dialogue IS E'@behavior +connection';

-- The way from a clause to its positions has no foreign key in our tables: PostGraphile is told of
-- it by smart comments, as its manual says.
COMMENT ON TABLE draft_section IS E'@unique document_id,section_id';
COMMENT ON TABLE position IS
  E'@foreignKey (document_id, section_id) references draft_section (document_id, section_id)|@foreignFieldName positions|@fieldName clause';
COMMENT ON TABLE trace_link IS
  E'@foreignKey (document_id, section_id) references draft_section (document_id, section_id)|@foreignFieldName links|@fieldName clause';
-- Its type would be called as PostGraphile calls the filter on positions.
COMMENT ON TABLE position_condition IS E'@name condition_of_position';
