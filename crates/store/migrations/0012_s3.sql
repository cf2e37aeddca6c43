CREATE TABLE IF NOT EXISTS s3_buckets (
    name TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    cors TEXT,
    tags TEXT,
    ownership TEXT
);
CREATE INDEX IF NOT EXISTS s3_buckets_by_account ON s3_buckets (account_id, name);
CREATE TABLE IF NOT EXISTS s3_objects (
    bucket TEXT NOT NULL,
    key BYTEA NOT NULL,
    content TEXT NOT NULL,
    parts BIGINT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    checksum TEXT,
    headers TEXT NOT NULL,
    tags TEXT,
    PRIMARY KEY (bucket, key)
);
CREATE UNIQUE INDEX IF NOT EXISTS s3_objects_by_content ON s3_objects (content);
CREATE TABLE IF NOT EXISTS s3_uploads (
    bucket TEXT NOT NULL,
    key BYTEA NOT NULL,
    id TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    initiator TEXT NOT NULL,
    checksum TEXT,
    headers TEXT NOT NULL,
    tags TEXT,
    PRIMARY KEY (bucket, key, id)
);
CREATE UNIQUE INDEX IF NOT EXISTS s3_uploads_by_id ON s3_uploads (id);
CREATE TABLE IF NOT EXISTS s3_parts (
    upload TEXT NOT NULL,
    number BIGINT NOT NULL,
    content TEXT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    checksum TEXT,
    PRIMARY KEY (upload, number)
);
CREATE UNIQUE INDEX IF NOT EXISTS s3_parts_by_content ON s3_parts (content);
CREATE TABLE IF NOT EXISTS s3_trash (
    content TEXT NOT NULL PRIMARY KEY,
    bucket TEXT NOT NULL,
    due_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS s3_trash_by_due ON s3_trash (due_ms);
