CREATE INDEX IF NOT EXISTS identities_enabled ON identities (pool_id, id) WHERE state <> 'disabled';
