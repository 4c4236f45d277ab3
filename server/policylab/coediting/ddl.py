"""SQL beyond the tables: whole texts are kept as they are, since unpacking costs their readers."""

STATEMENTS = [
    "ALTER TABLE draft_snapshot ALTER COLUMN state SET STORAGE EXTERNAL",
    "ALTER TABLE draft_snapshot ALTER COLUMN shape SET STORAGE EXTERNAL",
]
