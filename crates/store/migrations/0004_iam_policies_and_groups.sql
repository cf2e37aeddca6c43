CREATE TABLE IF NOT EXISTS iam_policies (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    description TEXT,
    default_version BIGINT NOT NULL,
    newest_version BIGINT NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE IF NOT EXISTS iam_policy_versions (
    policy_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (policy_id, version)
);

CREATE TABLE IF NOT EXISTS iam_groups (
    account_id TEXT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, name_key)
);

CREATE TABLE IF NOT EXISTS iam_group_members (
    group_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    added_ms BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX IF NOT EXISTS iam_group_members_by_user ON iam_group_members (user_id, group_id);
