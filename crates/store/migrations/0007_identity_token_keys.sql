CREATE TABLE IF NOT EXISTS identity_token_keys (
    region TEXT NOT NULL,
    number BIGINT NOT NULL,
    key_id TEXT NOT NULL UNIQUE,
    sealed_private BYTEA NOT NULL,
    public_modulus BYTEA NOT NULL,
    public_exponent BYTEA NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (region, number)
);
