//! `group_members`: which users are in which groups.

use super::collect;
use super::groups::{self, Group};
use super::users::{self, User};
use crate::error::StoreError;
use crate::tx::Tx;
use domain::id::{UserPoolId, UserSub};
use domain::time::Timestamp;

/// Adds a user to a group; `false` when the user is in it.
pub async fn insert(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    group_name: &str,
    sub: &UserSub,
    added: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO group_members (pool_id, group_name, sub, added_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (pool_id, group_name, sub) DO NOTHING";
    Ok(tx.exec(sql, &[pool_id.into(), group_name.into(), sub.into(), added.into()]).await? == 1)
}

/// Removes a user from a group.
pub async fn delete(tx: &mut Tx, pool_id: &UserPoolId, group_name: &str, sub: &UserSub) -> Result<bool, StoreError> {
    let sql = "DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2 AND sub = $3";
    Ok(tx.exec(sql, &[pool_id.into(), group_name.into(), sub.into()]).await? == 1)
}

/// Removes a user from all groups.
pub async fn delete_user(tx: &mut Tx, pool_id: &UserPoolId, sub: &UserSub) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM group_members WHERE pool_id = $1 AND sub = $2", &[pool_id.into(), sub.into()]).await
}

/// The groups of one user, by name, after the given name.
pub async fn groups_of(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    sub: &UserSub,
    after: &str,
    limit: i64,
) -> Result<Vec<Group>, StoreError> {
    let sql = format!(
        "SELECT {columns} FROM group_members AS member \
         JOIN groups ON groups.pool_id = member.pool_id AND groups.name = member.group_name \
         WHERE member.pool_id = $1 AND member.sub = $2 AND member.group_name > $3 \
         ORDER BY member.group_name LIMIT $4",
        columns = groups::QUALIFIED
    );
    collect(&tx.all(&sql, &[pool_id.into(), sub.into(), after.into(), limit.into()]).await?)
}

/// The users of one group, by sub, after the given sub.
pub async fn users_in(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    group_name: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT {columns} FROM group_members AS member \
         JOIN users ON users.pool_id = member.pool_id AND users.sub = member.sub \
         WHERE member.pool_id = $1 AND member.group_name = $2 AND member.sub > $3 \
         ORDER BY member.sub LIMIT $4",
        columns = users::QUALIFIED
    );
    collect(&tx.all(&sql, &[pool_id.into(), group_name.into(), after.into(), limit.into()]).await?)
}
