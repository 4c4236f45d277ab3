"""SQL beyond the tables: approved minutes stand."""

KEEPS_MINUTES = """
CREATE FUNCTION policylab_keep_minutes() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF OLD.approved_at IS NOT NULL
     AND to_jsonb(NEW) - 'created_by' IS DISTINCT FROM to_jsonb(OLD) - 'created_by' THEN
    RAISE EXCEPTION 'approved minutes never change'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'minutes_stand';
  END IF;
  RETURN NEW;
END
$$
"""
"""Who wrote them may be forgotten (erasure): the function stays in the capacity."""

STATEMENTS = [
    KEEPS_MINUTES,
    "CREATE TRIGGER minutes_stand BEFORE UPDATE ON minutes "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_minutes()",
]
