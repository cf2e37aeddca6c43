//! `iam_deletion_tasks`: what became of the deletions of service-linked roles.

use super::{FromRow, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;

/// One deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionTask {
    /// `task/aws-service-role/SERVICE/ROLE/UUID`.
    pub id: String,
    /// The account.
    pub account_id: AccountId,
    /// `SUCCEEDED` or `FAILED`.
    pub status: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_ms: Timestamp,
}

/// Adds a task.
pub async fn insert(tx: &mut Tx, row: &DeletionTask) -> Result<bool, StoreError> {
    let sql = "INSERT INTO iam_deletion_tasks (id, account_id, status, reason, created_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT DO NOTHING";
    let parameters =
        [(&row.id).into(), (&row.account_id).into(), (&row.status).into(), (&row.reason).into(), row.created_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The task with this id, if it is of this account.
pub async fn find(tx: &mut Tx, account_id: &AccountId, id: &str) -> Result<Option<DeletionTask>, StoreError> {
    let sql = "SELECT id, account_id, status, reason, created_ms FROM iam_deletion_tasks \
               WHERE id = $1 AND account_id = $2";
    maybe(tx.one(sql, &[id.into(), account_id.into()]).await?.as_ref())
}

impl FromRow for DeletionTask {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            account_id: row.id(1)?,
            status: row.id(2)?,
            reason: row.opt_id(3)?,
            created_ms: row.timestamp(4)?,
        })
    }
}
