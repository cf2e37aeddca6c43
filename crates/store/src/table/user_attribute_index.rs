//! `user_attribute_index`: which users have an attribute with a value, for the filters of ListUsers.

use super::collect;
use super::users::{QUALIFIED, User};
use crate::error::StoreError;
use crate::param::{Param, prefix_end};
use crate::tx::Tx;
use domain::id::{UserPoolId, UserSub};

/// Adds an entry; it may be there already.
pub async fn insert(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
    sub: &UserSub,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO user_attribute_index (pool_id, attribute, value_key, sub) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    tx.exec(sql, &[pool_id.into(), attribute.into(), value_key.into(), sub.into()]).await.map(drop)
}

/// Removes an entry.
pub async fn delete(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
    sub: &UserSub,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM user_attribute_index WHERE pool_id = $1 AND attribute = $2 AND value_key = $3 AND sub = $4";
    Ok(tx.exec(sql, &[pool_id.into(), attribute.into(), value_key.into(), sub.into()]).await? == 1)
}

/// Removes all entries of one user.
pub async fn delete_all(tx: &mut Tx, pool_id: &UserPoolId, sub: &UserSub) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM user_attribute_index WHERE pool_id = $1 AND sub = $2", &[pool_id.into(), sub.into()]).await
}

/// The users with exactly this value, by sub, after the given sub.
pub async fn users_with(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    value_key: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT {QUALIFIED} FROM user_attribute_index AS entry \
         JOIN users ON users.pool_id = entry.pool_id AND users.sub = entry.sub \
         WHERE entry.pool_id = $1 AND entry.attribute = $2 AND entry.value_key = $3 AND entry.sub > $4 \
         ORDER BY entry.sub LIMIT $5"
    );
    let parameters = [pool_id.into(), attribute.into(), value_key.into(), after.into(), limit.into()];
    collect(&tx.all(&sql, &parameters).await?)
}

/// The users whose value begins with `prefix`, each with that value, by value and sub, after the given pair.
pub async fn users_with_prefix(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    attribute: &str,
    prefix: &str,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<(String, User)>, StoreError> {
    let end = prefix_end(prefix);
    let below_end = if end.is_some() { "AND entry.value_key < $7" } else { "" };
    let sql = format!(
        "SELECT {QUALIFIED}, entry.value_key FROM user_attribute_index AS entry \
         JOIN users ON users.pool_id = entry.pool_id AND users.sub = entry.sub \
         WHERE entry.pool_id = $1 AND entry.attribute = $2 AND entry.value_key >= $3 \
         AND (entry.value_key, entry.sub) > ($4, $5) {below_end} \
         ORDER BY entry.value_key, entry.sub LIMIT $6"
    );
    let mut parameters =
        vec![pool_id.into(), attribute.into(), prefix.into(), after.0.into(), after.1.into(), limit.into()];
    parameters.extend(end.as_deref().map(Param::from));
    let rows = tx.all(&sql, &parameters).await?;
    let users: Vec<User> = collect(&rows)?;
    rows.iter().zip(users).map(|(row, user)| Ok((row.id(VALUE_KEY)?, user))).collect()
}

/// Where the value stands: behind the columns of `users`.
const VALUE_KEY: usize = 15;
