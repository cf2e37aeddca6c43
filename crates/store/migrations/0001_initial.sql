CREATE TABLE IF NOT EXISTS catalog_epoch (
    id TEXT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sealing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    created_ms BIGINT NOT NULL,
    retired_ms BIGINT
);

CREATE TABLE IF NOT EXISTS iam_access_keys (
    access_key_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    sealed_secret BYTEA NOT NULL,
    status TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS iam_access_keys_by_owner ON iam_access_keys (account_id, owner_id);

CREATE TABLE IF NOT EXISTS iam_users (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    boundary_arn TEXT,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE IF NOT EXISTS iam_roles (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    trust TEXT NOT NULL,
    description TEXT,
    max_session_seconds BIGINT NOT NULL,
    boundary_arn TEXT,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE IF NOT EXISTS iam_inline_policies (
    account_id TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account_id, owner_kind, owner_id, name_key)
);

CREATE TABLE IF NOT EXISTS iam_attachments (
    account_id TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    policy_arn TEXT NOT NULL,
    attached_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, owner_kind, owner_id, policy_arn)
);
CREATE INDEX IF NOT EXISTS iam_attachments_by_policy ON iam_attachments (account_id, policy_arn);

CREATE TABLE IF NOT EXISTS user_pools (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    config TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS user_pools_by_region ON user_pools (account_id, region, id);

CREATE TABLE IF NOT EXISTS user_pool_keys (
    pool_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    token_use TEXT NOT NULL,
    sealed_private BYTEA NOT NULL,
    public_modulus BYTEA NOT NULL,
    public_exponent BYTEA NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (pool_id, key_id)
);

CREATE TABLE IF NOT EXISTS user_pool_clients (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed_secret BYTEA,
    config TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    UNIQUE (pool_id, id)
);

CREATE TABLE IF NOT EXISTS users (
    pool_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    status TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    attributes TEXT NOT NULL,
    sealed_password BYTEA,
    password_set_ms BIGINT,
    temporary_password BIGINT NOT NULL,
    failed_sign_ins BIGINT NOT NULL,
    locked_until_ms BIGINT,
    tokens_valid_after_ms BIGINT,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    PRIMARY KEY (pool_id, sub),
    UNIQUE (pool_id, name_key)
);

CREATE TABLE IF NOT EXISTS user_attribute_index (
    pool_id TEXT NOT NULL,
    attribute TEXT NOT NULL,
    value_key TEXT NOT NULL,
    sub TEXT NOT NULL,
    PRIMARY KEY (pool_id, attribute, value_key, sub)
);
CREATE INDEX IF NOT EXISTS user_attribute_index_by_user ON user_attribute_index (pool_id, sub);

CREATE TABLE IF NOT EXISTS user_aliases (
    pool_id TEXT NOT NULL,
    attribute TEXT NOT NULL,
    value_key TEXT NOT NULL,
    sub TEXT NOT NULL,
    PRIMARY KEY (pool_id, attribute, value_key)
);
CREATE INDEX IF NOT EXISTS user_aliases_by_user ON user_aliases (pool_id, sub);

CREATE TABLE IF NOT EXISTS groups (
    pool_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    role_arn TEXT,
    precedence BIGINT,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    PRIMARY KEY (pool_id, name)
);

CREATE TABLE IF NOT EXISTS group_members (
    pool_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    sub TEXT NOT NULL,
    added_ms BIGINT NOT NULL,
    PRIMARY KEY (pool_id, group_name, sub)
);
CREATE INDEX IF NOT EXISTS group_members_by_user ON group_members (pool_id, sub, group_name);

CREATE TABLE IF NOT EXISTS used_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS used_sessions_by_expiry ON used_sessions (expires_ms, id);

CREATE TABLE IF NOT EXISTS revoked_tokens (
    pool_id TEXT NOT NULL,
    origin_jti TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (pool_id, origin_jti)
);
CREATE INDEX IF NOT EXISTS revoked_tokens_by_expiry ON revoked_tokens (expires_ms, pool_id, origin_jti);

CREATE TABLE IF NOT EXISTS identity_pools (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    config TEXT NOT NULL,
    roles TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS identity_pools_by_region ON identity_pools (account_id, region, id);

CREATE TABLE IF NOT EXISTS identities (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL,
    state TEXT NOT NULL,
    merged_into TEXT,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS identities_by_pool ON identities (pool_id, id);

CREATE TABLE IF NOT EXISTS identity_logins (
    pool_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    identity_id TEXT NOT NULL,
    linked_ms BIGINT NOT NULL,
    PRIMARY KEY (pool_id, provider, subject)
);
CREATE INDEX IF NOT EXISTS identity_logins_by_identity ON identity_logins (identity_id, provider, subject);

CREATE TABLE IF NOT EXISTS pool_sweeps (
    pool_id TEXT NOT NULL PRIMARY KEY
);
