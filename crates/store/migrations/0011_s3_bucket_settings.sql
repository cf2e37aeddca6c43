CREATE TABLE IF NOT EXISTS s3_bucket_settings (
    bucket TEXT NOT NULL,
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (bucket, account_id, kind)
);
