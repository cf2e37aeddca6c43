CREATE INDEX IF NOT EXISTS identity_logins_of_identity ON identity_logins (identity_id, provider, subject, pool_id, linked_ms);
DROP INDEX IF EXISTS identity_logins_by_identity;
