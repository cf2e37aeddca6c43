CREATE TABLE IF NOT EXISTS iam_oidc_providers (
    account_id TEXT NOT NULL,
    url TEXT NOT NULL,
    arn TEXT NOT NULL,
    client_ids TEXT NOT NULL,
    thumbprints TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, url)
);

CREATE TABLE IF NOT EXISTS iam_saml_providers (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    arn TEXT NOT NULL,
    metadata TEXT NOT NULL,
    encryption_mode TEXT,
    valid_until_ms BIGINT NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE IF NOT EXISTS iam_saml_keys (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed_private BYTEA NOT NULL,
    added_ms BIGINT NOT NULL,
    PRIMARY KEY (provider_id, id)
);

CREATE TABLE IF NOT EXISTS iam_instance_profiles (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    role_id TEXT,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);
CREATE INDEX IF NOT EXISTS iam_instance_profiles_by_role ON iam_instance_profiles (account_id, role_id, name_key);

CREATE TABLE IF NOT EXISTS iam_login_profiles (
    user_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    sealed_password BYTEA NOT NULL,
    sealed_history BYTEA NOT NULL,
    reset_required BIGINT NOT NULL,
    password_set_ms BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    last_failure_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS iam_accounts (
    account_id TEXT NOT NULL PRIMARY KEY,
    alias TEXT UNIQUE,
    password_policy TEXT,
    global_token_version BIGINT NOT NULL,
    outbound_id TEXT,
    outbound_enabled BIGINT NOT NULL
);
