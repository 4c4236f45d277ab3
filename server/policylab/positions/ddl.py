"""SQL beyond the tables: what the database itself guards of positions."""

KEEPS_WORDS = """
CREATE FUNCTION policylab_keep_position() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  course CONSTANT text[] := ARRAY['state', 'cleared_at', 'cleared_by_capacity_id', 'released_at',
    'mandate_id', 'superseded_at', 'confirmed_at', 'confirmed_mandate_id', 'created_by'];
BEGIN
  IF to_jsonb(NEW) - course IS DISTINCT FROM to_jsonb(OLD) - course
     OR (OLD.cleared_at IS NOT NULL AND NEW.cleared_at IS DISTINCT FROM OLD.cleared_at)
     OR (OLD.mandate_id IS NOT NULL AND NEW.mandate_id IS DISTINCT FROM OLD.mandate_id)
     OR (OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at)
     OR (OLD.superseded_at IS NOT NULL AND NEW.superseded_at IS DISTINCT FROM OLD.superseded_at)
     OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at) THEN
    RAISE EXCEPTION 'a position is superseded, never edited'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_stand';
  END IF;
  RETURN NEW;
END
$$
"""
"""Invariant 4: what was said stays; each step of its course is taken once. Who wrote it may be
forgotten (erasure): function and organisation stay in its capacity."""

STAYS = """
CREATE FUNCTION policylab_keep_positions() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  RAISE EXCEPTION 'a position is never deleted'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_stand';
END
$$
"""

HAS_MANDATE = """
CREATE FUNCTION policylab_check_position_mandate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF NOT NEW.ad_referendum AND NOT policylab_mandate_carries(
       NEW.mandate_id, NEW.delegation_id, (NEW.released_at AT TIME ZONE 'UTC')::date) THEN
    RAISE EXCEPTION 'no mandate carries this position'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_have_mandates';
  END IF;
  RETURN NEW;
END
$$
"""
"""Invariant 3: a full position rests on a mandate that was valid on its day."""

STATEMENTS = [
    KEEPS_WORDS,
    "CREATE TRIGGER position_keeps_its_words BEFORE UPDATE ON position "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_position()",
    STAYS,
    "CREATE TRIGGER position_stays BEFORE DELETE ON position "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_positions()",
    HAS_MANDATE,
    "CREATE TRIGGER position_has_a_mandate BEFORE INSERT OR UPDATE OF released_at ON position "
    "FOR EACH ROW WHEN (NEW.released_at IS NOT NULL) "
    "EXECUTE FUNCTION policylab_check_position_mandate()",
]
