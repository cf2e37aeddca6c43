//! `iam_inline_policies`: the policies written into one user, role or group.

use super::iam_access_keys::OwnerKind;
use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;

/// One inline policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinePolicy {
    /// The account.
    pub account_id: AccountId,
    /// User, role or group.
    pub owner_kind: OwnerKind,
    /// The owner's id.
    pub owner_id: String,
    /// The name in lower case.
    pub name_key: String,
    /// The name as it was given.
    pub name: String,
    /// The policy, as JSON.
    pub document: String,
}

macro_rules! columns {
    () => {
        "account_id, owner_kind, owner_id, name_key, name, document"
    };
}

/// Adds the policy, or puts it in the place of the one with its name.
pub async fn put(tx: &mut Tx, row: &InlinePolicy) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO iam_inline_policies (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, owner_kind, owner_id, name_key) \
         DO UPDATE SET name = excluded.name, document = excluded.document"
    );
    let parameters = [
        (&row.account_id).into(),
        row.owner_kind.as_str().into(),
        (&row.owner_id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.document).into(),
    ];
    tx.exec(sql, &parameters).await.map(drop)
}

/// The policy of this name.
pub async fn find(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
    name_key: &str,
) -> Result<Option<InlinePolicy>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_inline_policies WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3 AND name_key = $4"
    );
    let row = tx.one(sql, &[account_id.into(), owner_kind.as_str().into(), owner_id.into(), name_key.into()]).await?;
    maybe(row.as_ref())
}

/// The policies of one owner, by name.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<InlinePolicy>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_inline_policies WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3 AND name_key \
         > $4 ORDER BY name_key LIMIT $5",
    );
    let parameters = [account_id.into(), owner_kind.as_str().into(), owner_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes one policy.
pub async fn delete(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
    name_key: &str,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_inline_policies WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3 \
               AND name_key = $4";
    Ok(tx.exec(sql, &[account_id.into(), owner_kind.as_str().into(), owner_id.into(), name_key.into()]).await? == 1)
}

/// Removes all policies of one owner.
pub async fn delete_all(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_kind: OwnerKind,
    owner_id: &str,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM iam_inline_policies WHERE account_id = $1 AND owner_kind = $2 AND owner_id = $3";
    tx.exec(sql, &[account_id.into(), owner_kind.as_str().into(), owner_id.into()]).await
}

impl FromRow for InlinePolicy {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            owner_kind: OwnerKind::parse(row.text(1)?)?,
            owner_id: row.id(2)?,
            name_key: row.id(3)?,
            name: row.id(4)?,
            document: row.id(5)?,
        })
    }
}
