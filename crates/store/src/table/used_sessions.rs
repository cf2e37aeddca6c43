//! `used_sessions`: the challenge sessions that were answered, so that none is answered twice.

use crate::error::StoreError;
use crate::tx::Tx;
use domain::time::Timestamp;

/// Marks a session as used; `false` when it was used before. Of two at once, one wins.
pub async fn insert(tx: &mut Tx, id: &str, expires: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO used_sessions (id, expires_ms) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    Ok(tx.exec(sql, &[id.into(), expires.into()]).await? == 1)
}

/// Forgets at most `limit` sessions that expired before `now`: they are refused for their age. Answers how many.
pub async fn purge(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM used_sessions WHERE id IN \
               (SELECT id FROM used_sessions WHERE expires_ms < $1 ORDER BY expires_ms, id LIMIT $2)";
    tx.exec(sql, &[now.into(), limit.into()]).await
}
