"""SQL beyond the tables: what the database itself guards of positions."""

from policylab.kit.db import SERVICE_ROLE
from policylab.positions import in_one
from policylab.positions.tables import Position

_COURSE = frozenset({"state", "cleared_by_capacity_id", "confirmed_mandate_id"})
_ONCE = ("cleared_at", "mandate_id", "released_at", "superseded_at", "confirmed_at")
_WORDS = sorted(Position.model_fields.keys() - _COURSE - {*_ONCE, "created_by"})


def _all(row: str) -> str:
    return "(" + ", ".join(f"{row}.{name}" for name in _WORDS) + ")"


EDITS = " OR ".join(
    [
        f"{_all('OLD')} IS DISTINCT FROM {_all('NEW')}",
        *(f"OLD.{n} IS NOT NULL AND NEW.{n} IS DISTINCT FROM OLD.{n}" for n in _ONCE),
    ]
)
"""Invariant 4: what was said stays; each step of its course is taken once. Who wrote it may be
forgotten (erasure): function and organisation stay in its capacity. Every column counts as words
that is not named above."""

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


def _taking_in_one(*, claimed: bool) -> list[str]:
    """The change of `in_one` as a function. It acts as who owns the tables: the house's own changes
    see and write every row of them anyway, and each table of a statement would be asked for that.
    So nobody but the house may call it.
    """
    change = in_one.change(claimed=claimed).replace('":', '"\\:')  # no parameter of SQLAlchemy's
    function = f"{in_one.NAME}({', '.join(in_one.GIVEN + (in_one.CLAIM if claimed else ()))})"
    return [
        f"""
CREATE FUNCTION {function} RETURNS TABLE ({in_one.ANSWER})
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY {change};
END
$$
""",
        f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {function} TO {SERVICE_ROLE}",
    ]


STATEMENTS = [
    *_taking_in_one(claimed=False),
    *_taking_in_one(claimed=True),
    KEEPS_WORDS,
    "CREATE TRIGGER position_keeps_its_words BEFORE UPDATE ON position "
    f"FOR EACH ROW WHEN ({EDITS}) EXECUTE FUNCTION policylab_keep_position()",
    STAYS,
    "CREATE TRIGGER position_stays BEFORE DELETE ON position "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_positions()",
    HAS_MANDATE,
    "CREATE TRIGGER position_has_a_mandate BEFORE INSERT OR UPDATE OF released_at ON position "
    "FOR EACH ROW WHEN (NEW.released_at IS NOT NULL AND NOT NEW.ad_referendum) "
    "EXECUTE FUNCTION policylab_check_position_mandate()",
]
