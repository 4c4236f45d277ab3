"""SQL beyond the tables: what the database itself guards of remarks and amendments."""

AMENDMENT_KEEPS_WORDS = """
CREATE FUNCTION policylab_keep_amendment() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  course CONSTANT text[] := ARRAY['state', 'fate_reasons', 'fate_capacity_id', 'settled_at',
    'merged_draft_id', 'answered_at', 'answered_by_capacity_id', 'created_by', 'said'];
  after_settling CONSTANT text[] := ARRAY['answered_at', 'answered_by_capacity_id', 'created_by',
    'said'];
BEGIN
  IF to_jsonb(NEW) - course IS DISTINCT FROM to_jsonb(OLD) - course
     OR (OLD.settled_at IS NOT NULL
         AND to_jsonb(NEW) - after_settling IS DISTINCT FROM to_jsonb(OLD) - after_settling)
     OR (OLD.answered_at IS NOT NULL AND NEW.answered_at IS DISTINCT FROM OLD.answered_at) THEN
    RAISE EXCEPTION 'what was tabled stays, and so does what became of it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'amendments_stand';
  END IF;
  RETURN NEW;
END
$$
"""
"""What a delegation tabled stays as it was, and is settled once. Who wrote it may be forgotten
(erasure): function and organisation stay in its capacity. `said` follows from its words, and is
not there yet when a trigger looks."""

THREAD_STAYS_CLOSED = """
CREATE FUNCTION policylab_keep_thread() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  course CONSTANT text[] := ARRAY['state', 'resolved_at', 'resolved_by_capacity_id', 'created_by'];
BEGIN
  IF to_jsonb(NEW) - course IS DISTINCT FROM to_jsonb(OLD) - course THEN
    RAISE EXCEPTION 'a thread stays where it was begun, and as open or closed as it was'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'threads_stand';
  END IF;
  RETURN NEW;
END
$$
"""
"""Invariant 15: a closed note can't be opened to others afterwards, not even by mistake."""

REMARK_STAYS_IN_ITS_THREAD = """
CREATE FUNCTION policylab_keep_comment() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  SELECT t.delegation_id INTO STRICT NEW.delegation_id FROM thread t WHERE t.id = NEW.thread_id;
  RETURN NEW;
END
$$
"""
"""A remark is as closed as its thread, whatever is written: so who may read it follows from its own
row. Threads stay as they are (see above)."""

STATEMENTS = [
    AMENDMENT_KEEPS_WORDS,
    "CREATE TRIGGER amendment_keeps_its_words BEFORE UPDATE ON amendment "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_amendment()",
    THREAD_STAYS_CLOSED,
    "CREATE TRIGGER thread_stays_where_it_is BEFORE UPDATE ON thread "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_thread()",
    REMARK_STAYS_IN_ITS_THREAD,
    "CREATE TRIGGER comment_stays_in_its_thread BEFORE INSERT OR UPDATE OF thread_id, "
    "delegation_id ON comment FOR EACH ROW EXECUTE FUNCTION policylab_keep_comment()",
]
