"""SQL beyond the tables: what the ground floor asks of the database."""

from policylab.kit.chain import END

CHAIN = f"""
CREATE FUNCTION policylab_chain(head bytea, place bigint, events text[]) RETURNS bytea[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  chain bytea[] := ARRAY[head];
BEGIN
  FOR nth IN 1 .. coalesce(cardinality(events), 0) LOOP
    head := sha256(head || convert_to(events[nth] || (place + nth) || '{END.decode()}', 'UTF8'));
    chain := chain || head;
  END LOOP;
  RETURN chain;
END
$$
"""
"""The hashes of a chain from its head at this place on, as these events lengthen it: `audit_hash`
in the database. What it is given, and checked against, is what `unnumbered` says."""

STATEMENTS = [CHAIN]
