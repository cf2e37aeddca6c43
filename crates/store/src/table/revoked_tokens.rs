//! `revoked_tokens`: the refresh tokens that were revoked, by their origin.

use crate::error::StoreError;
use crate::tx::Tx;
use domain::id::UserPoolId;
use domain::time::Timestamp;

/// Revokes what came from this sign-in; `false` when it was revoked before.
pub async fn insert(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    origin_jti: &str,
    expires: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO revoked_tokens (pool_id, origin_jti, expires_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.exec(sql, &[pool_id.into(), origin_jti.into(), expires.into()]).await? == 1)
}

/// Was it revoked?
pub async fn contains(tx: &mut Tx, pool_id: &UserPoolId, origin_jti: &str) -> Result<bool, StoreError> {
    let sql = "SELECT expires_ms FROM revoked_tokens WHERE pool_id = $1 AND origin_jti = $2";
    Ok(tx.one(sql, &[pool_id.into(), origin_jti.into()]).await?.is_some())
}

/// Forgets at most `limit` tokens that expired before `now`: they are refused for their age. Answers how many.
pub async fn purge(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM revoked_tokens WHERE (pool_id, origin_jti) IN (SELECT pool_id, origin_jti \
               FROM revoked_tokens WHERE expires_ms < $1 ORDER BY expires_ms, pool_id, origin_jti LIMIT $2)";
    tx.exec(sql, &[now.into(), limit.into()]).await
}
