"""The ground floor: database, tables, events, refusals, clock. Knows nothing of policy."""
