"""SQL beyond the tables: what the database itself guards of positions."""

from policylab.positions.tables import Position

_COURSE = frozenset({"state", "cleared_by_capacity_id", "confirmed_mandate_id"})
_ONCE = ("cleared_at", "mandate_id", "released_at", "superseded_at", "confirmed_at")
_WORDS = sorted(Position.model_fields.keys() - _COURSE - {*_ONCE, "created_by"})


def _all(row: str) -> str:
    return "(" + ", ".join(f"{row}.{name}" for name in _WORDS) + ")"


EDITS = {
    tuple(_WORDS): f"{_all('OLD')} IS DISTINCT FROM {_all('NEW')}",
    _ONCE: " OR ".join(f"OLD.{n} IS NOT NULL AND NEW.{n} IS DISTINCT FROM OLD.{n}" for n in _ONCE),
}
"""Invariant 4: what was said stays; each step of its course is taken once. Who wrote it may be
forgotten (erasure): function and organisation stay in its capacity. Every column counts as words
that is not named above. Of an update that names none of these columns nothing is asked."""

KEEPS_WORDS = """
CREATE FUNCTION policylab_keep_position() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  RAISE EXCEPTION 'a position is superseded, never edited'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'positions_stand';
END
$$
"""

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
  IF NOT policylab_mandate_carries(
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
    *(
        f"CREATE TRIGGER position_keeps_its_{what} BEFORE UPDATE OF {', '.join(columns)} "
        f"ON position FOR EACH ROW WHEN ({edited}) EXECUTE FUNCTION policylab_keep_position()"
        for what, (columns, edited) in zip(("words", "course"), EDITS.items(), strict=True)
    ),
    STAYS,
    "CREATE TRIGGER position_stays BEFORE DELETE ON position "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_positions()",
    HAS_MANDATE,
    "CREATE TRIGGER position_has_a_mandate BEFORE INSERT OR UPDATE OF released_at ON position "
    "FOR EACH ROW WHEN (NEW.released_at IS NOT NULL AND NOT NEW.ad_referendum) "
    "EXECUTE FUNCTION policylab_check_position_mandate()",
]
