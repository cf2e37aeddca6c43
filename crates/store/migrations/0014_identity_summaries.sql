CREATE INDEX IF NOT EXISTS identities_summarised ON identities (pool_id, id, created_ms, modified_ms);
CREATE INDEX IF NOT EXISTS identities_enabled_summarised ON identities (pool_id, id, created_ms, modified_ms, state) WHERE state <> 'disabled';
DROP INDEX IF EXISTS identities_by_pool;
DROP INDEX IF EXISTS identities_enabled;
