//! `iam_group_members`: which users are in which IAM groups. The lists are with the groups and with the users.

use crate::error::StoreError;
use crate::tx::Tx;
use domain::id::IamUserId;
use domain::time::Timestamp;

/// Adds a user to a group; `false` when it was in already.
pub async fn insert(tx: &mut Tx, group_id: &str, user_id: &IamUserId, added: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO iam_group_members (group_id, user_id, added_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.exec(sql, &[group_id.into(), user_id.into(), added.into()]).await? == 1)
}

/// Removes a user from a group.
pub async fn delete(tx: &mut Tx, group_id: &str, user_id: &IamUserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_group_members WHERE group_id = $1 AND user_id = $2";
    Ok(tx.exec(sql, &[group_id.into(), user_id.into()]).await? == 1)
}
