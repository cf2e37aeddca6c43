CREATE TABLE IF NOT EXISTS iam_mfa_devices (
    account_id TEXT NOT NULL,
    serial_key TEXT NOT NULL,
    serial TEXT NOT NULL,
    sealed_seed BYTEA NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    owner_kind TEXT,
    owner_id TEXT,
    enabled_ms BIGINT,
    last_step BIGINT,
    drift_steps BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    last_failure_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, serial_key)
);
CREATE INDEX IF NOT EXISTS iam_mfa_devices_by_owner ON iam_mfa_devices (account_id, owner_id, serial_key);

CREATE TABLE IF NOT EXISTS iam_credential_reports (
    account_id TEXT NOT NULL PRIMARY KEY,
    generated_ms BIGINT NOT NULL,
    content TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS iam_deletion_tasks (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    created_ms BIGINT NOT NULL
);
