"""SQL beyond the tables: the records that are public, as everybody may read them.

Everything else about decisions is guarded by standing in the dialogue. These two views are the one
way around it: they say which publication holds, once, and show nothing of a record that is not
public now. A view reads with the rights of its owner, and so needs no right of its reader's.
"""

PUBLISHED_RECORD = """
CREATE VIEW policylab_published_record AS
SELECT r.id AS record_id, r.dialogue_id, s.content, s.hash, s.leaf_index, p.published_at,
       greatest(
         p.published_at,
         (SELECT max(c.sealed_at) FROM corrigendum c WHERE c.record_id = r.id),
         (SELECT max(a.created_at) FROM formal_adoption a WHERE a.record_id = r.id)
       ) AS updated_at
  FROM decision_record r
  JOIN record_seal s ON s.record_id = r.id
 CROSS JOIN LATERAL (
       SELECT o.status, o.from_day, greatest(o.at, o.from_day::timestamptz) AS published_at
         FROM record_publication o
        WHERE o.record_id = r.id
        ORDER BY o.at DESC, o.id DESC
        LIMIT 1
       ) p
 WHERE p.status = 'PUBLIC' OR (p.status = 'AFTER_DATE' AND p.from_day <= current_date)
"""
"""The latest publication holds; one from a date on opens the record on that day."""

PUBLISHED_CHANGE = """
CREATE VIEW policylab_published_change AS
SELECT p.record_id, p.dialogue_id, p.at
  FROM record_publication p
 WHERE EXISTS (
       SELECT FROM record_publication o
        WHERE o.record_id = p.record_id AND o.at <= p.at
          AND (o.status = 'PUBLIC' OR (o.status = 'AFTER_DATE' AND o.from_day <= p.at::date)))
"""
"""When records came out or were taken back: a list of public records is as new as the latest."""

STATEMENTS = [
    PUBLISHED_RECORD,
    PUBLISHED_CHANGE,
    "GRANT SELECT ON policylab_published_record, policylab_published_change TO policylab_service",
]
