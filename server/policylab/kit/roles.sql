-- The two database roles of Policy Lab. Run as a superuser; it can be run again.
-- In production give each a password of its own, e.g. ALTER ROLE policylab_owner PASSWORD '…'.

DO $$
BEGIN
  PERFORM pg_advisory_xact_lock(8800);
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'policylab_owner') THEN
    CREATE ROLE policylab_owner;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'policylab_service') THEN
    CREATE ROLE policylab_service;
  END IF;

  -- Owns the databases and runs the migrations.
  ALTER ROLE policylab_owner LOGIN NOSUPERUSER CREATEROLE NOCREATEDB NOBYPASSRLS;

  -- What the program runs as: bound by row-level security, never waiting for ever.
  ALTER ROLE policylab_service LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS;
  ALTER ROLE policylab_service SET statement_timeout = '30s';
  ALTER ROLE policylab_service SET idle_in_transaction_session_timeout = '60s';
END
$$;
