CREATE TABLE IF NOT EXISTS iam_last_uses (
    id TEXT NOT NULL PRIMARY KEY,
    used_ms BIGINT NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL
);
