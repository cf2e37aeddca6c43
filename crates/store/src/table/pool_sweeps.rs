//! `pool_sweeps`: the pools that were deleted and whose rows are still being removed, a piece at a time.
//!
//! A pool may have ten million users: one transaction must not remove them all. The list is kept in the store, so a
//! node that dies half way leaves nothing behind.

use crate::error::StoreError;
use crate::tx::Tx;

/// What belongs to a pool, by table: how to remove at most `$2` of its rows.
const PIECES: &[&str] = &[
    "DELETE FROM users WHERE pool_id = $1 AND sub IN \
     (SELECT sub FROM users WHERE pool_id = $1 ORDER BY sub LIMIT $2)",
    "DELETE FROM user_attribute_index WHERE pool_id = $1 AND (attribute, value_key, sub) IN (SELECT attribute, value_key, \
     sub FROM user_attribute_index WHERE pool_id = $1 ORDER BY attribute, value_key, sub LIMIT $2)",
    "DELETE FROM user_aliases WHERE pool_id = $1 AND (attribute, value_key) IN (SELECT attribute, value_key \
     FROM user_aliases WHERE pool_id = $1 ORDER BY attribute, value_key LIMIT $2)",
    "DELETE FROM group_members WHERE pool_id = $1 AND (group_name, sub) IN (SELECT group_name, sub \
     FROM group_members WHERE pool_id = $1 ORDER BY group_name, sub LIMIT $2)",
    "DELETE FROM groups WHERE pool_id = $1 AND name IN \
     (SELECT name FROM groups WHERE pool_id = $1 ORDER BY name LIMIT $2)",
    "DELETE FROM revoked_tokens WHERE pool_id = $1 AND origin_jti IN \
     (SELECT origin_jti FROM revoked_tokens WHERE pool_id = $1 ORDER BY origin_jti LIMIT $2)",
    "DELETE FROM user_pool_clients WHERE pool_id = $1 AND id IN \
     (SELECT id FROM user_pool_clients WHERE pool_id = $1 ORDER BY id LIMIT $2)",
    "DELETE FROM user_pool_keys WHERE pool_id = $1 AND key_id IN \
     (SELECT key_id FROM user_pool_keys WHERE pool_id = $1 ORDER BY key_id LIMIT $2)",
    "DELETE FROM outbox WHERE pool_id = $1 AND id IN \
     (SELECT id FROM outbox WHERE pool_id = $1 ORDER BY created_ms, id LIMIT $2)",
    "DELETE FROM identities WHERE id IN \
     (SELECT id FROM identities WHERE pool_id = $1 ORDER BY id LIMIT $2)",
    "DELETE FROM identity_logins WHERE pool_id = $1 AND (provider, subject) IN (SELECT provider, subject \
     FROM identity_logins WHERE pool_id = $1 ORDER BY provider, subject LIMIT $2)",
];

/// Removes at most `limit` rows of one deleted pool; answers whether more may be left, of it or of another. A
/// background task calls it until it answers `false`, each call in a write of its own.
pub async fn step(tx: &mut Tx, limit: i64) -> Result<bool, StoreError> {
    let Some(row) = tx.one("SELECT pool_id FROM pool_sweeps ORDER BY pool_id LIMIT 1", &[]).await? else {
        return Ok(false);
    };
    let pool_id = row.text(0)?;
    let mut left = limit;
    for piece in PIECES {
        let removed = tx.exec(piece, &[pool_id.into(), left.into()]).await?;
        left -= i64::try_from(removed).unwrap_or(i64::MAX);
        if left <= 0 {
            return Ok(true);
        }
    }
    tx.exec("DELETE FROM pool_sweeps WHERE pool_id = $1", &[pool_id.into()]).await?;
    Ok(true)
}

/// Notes that the rows of a deleted pool are to be removed.
pub(super) async fn insert(tx: &mut Tx, pool_id: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO pool_sweeps (pool_id) VALUES ($1) ON CONFLICT (pool_id) DO NOTHING";
    tx.exec(sql, &[pool_id.into()]).await.map(drop)
}
