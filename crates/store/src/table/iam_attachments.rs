//! `iam_attachments`: which managed policies are attached to which user, role or group.

use super::iam_access_keys::OwnerKind;
use super::{FromRow, collect};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The account.
    pub account_id: AccountId,
    /// User, role or group.
    pub owner_kind: OwnerKind,
    /// The owner's id.
    pub owner_id: String,
    /// The managed policy.
    pub policy_arn: String,
    /// Since when.
    pub attached_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, owner_kind, owner_id, policy_arn, attached_ms"
    };
}

/// Attaches; `false` when it was attached already.
pub async fn insert(tx: &mut Tx, row: &Attachment) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO iam_attachments (", columns!(), ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",);
    let parameters = [
        (&row.account_id).into(),
        row.owner_kind.as_str().into(),
        (&row.owner_id).into(),
        (&row.policy_arn).into(),
        row.attached_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The attachments of one owner, by ARN.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Attachment>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_attachments WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3 AND policy_arn > \
         $4 ORDER BY policy_arn LIMIT $5",
    );
    let parameters = [account_id.into(), owner_kind.as_str().into(), owner_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The attachments of one policy, in one account, by the owner's id.
pub async fn list_of_policy(
    tx: &mut Tx,
    account_id: &AccountId,
    policy_arn: &str,
    after_owner_id: &str,
    limit: i64,
) -> Result<Vec<Attachment>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_attachments WHERE account_id = $1 AND policy_arn = $2 AND owner_id > \
         $3 ORDER BY owner_id LIMIT $4"
    );
    let parameters = [account_id.into(), policy_arn.into(), after_owner_id.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// How many owners have this policy attached, in one account.
pub async fn count(tx: &mut Tx, account_id: &AccountId, policy_arn: &str) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_attachments WHERE account_id = $1 AND policy_arn = $2";
    tx.one(sql, &[account_id.into(), policy_arn.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// How many owners have each attached policy of an account.
pub async fn counts(tx: &mut Tx, account_id: &AccountId) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT policy_arn, COUNT(*) FROM iam_attachments WHERE account_id = $1 GROUP BY policy_arn";
    tx.all(sql, &[account_id.into()]).await?.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// Detaches.
pub async fn delete(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
    policy_arn: &str,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_attachments WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3 AND \
               policy_arn = $4";
    Ok(tx.exec(sql, &[account_id.into(), owner_kind.as_str().into(), owner_id.into(), policy_arn.into()]).await? == 1)
}

/// Removes all attachments of one owner.
pub async fn delete_all(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM iam_attachments WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3";
    tx.exec(sql, &[account_id.into(), owner_kind.as_str().into(), owner_id.into()]).await
}

impl FromRow for Attachment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            owner_kind: OwnerKind::parse(row.text(1)?)?,
            owner_id: row.id(2)?,
            policy_arn: row.id(3)?,
            attached_ms: row.timestamp(4)?,
        })
    }
}
