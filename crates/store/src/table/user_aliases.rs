//! `user_aliases`: other names to sign in by (e-mail, phone number, preferred user name), each one user's.

use crate::error::StoreError;
use crate::tx::Tx;
use domain::id::{UserPoolId, UserSub};

/// Whose alias it is.
pub async fn find(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
) -> Result<Option<UserSub>, StoreError> {
    let sql = "SELECT sub FROM user_aliases WHERE pool_id = $1 AND attribute = $2 AND value_key = $3";
    let row = tx.one(sql, &[pool_id.into(), attribute.into(), value_key.into()]).await?;
    row.map(|row| row.id(0)).transpose()
}

/// Gives the alias to a user; `false` when it is taken.
pub async fn insert(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
    sub: &UserSub,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO user_aliases (pool_id, attribute, value_key, sub) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (pool_id, attribute, value_key) DO NOTHING";
    Ok(tx.exec(sql, &[pool_id.into(), attribute.into(), value_key.into(), sub.into()]).await? == 1)
}

/// Gives the alias to a user, whoever had it.
pub async fn put(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
    sub: &UserSub,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO user_aliases (pool_id, attribute, value_key, sub) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (pool_id, attribute, value_key) DO UPDATE SET sub = excluded.sub";
    tx.exec(sql, &[pool_id.into(), attribute.into(), value_key.into(), sub.into()]).await.map(drop)
}

/// Takes the alias from this user; another's stays.
pub async fn delete(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
    sub: &UserSub,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM user_aliases WHERE pool_id = $1 AND attribute = $2 AND value_key = $3 AND sub = $4";
    Ok(tx.exec(sql, &[pool_id.into(), attribute.into(), value_key.into(), sub.into()]).await? == 1)
}

/// Takes all aliases from one user.
pub async fn delete_all(tx: &mut Tx, pool_id: &UserPoolId, sub: &UserSub) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM user_aliases WHERE pool_id = $1 AND sub = $2", &[pool_id.into(), sub.into()]).await
}
