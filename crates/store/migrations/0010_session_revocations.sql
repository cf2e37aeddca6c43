CREATE TABLE IF NOT EXISTS session_revocations (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id TEXT NOT NULL,
    pool_id TEXT,
    number BIGINT NOT NULL,
    by_operator BIGINT NOT NULL,
    reason TEXT NOT NULL,
    revoked_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX IF NOT EXISTS session_revocations_by_number ON session_revocations (number);
CREATE INDEX IF NOT EXISTS session_revocations_by_pool ON session_revocations (pool_id, kind, by_operator);
CREATE INDEX IF NOT EXISTS session_revocations_by_expiry ON session_revocations (expires_ms, kind, subject);
