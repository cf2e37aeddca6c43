//! `iam_access_keys`: the long-term keys of the root and of IAM users.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccessKeyId, AccountId};
use domain::time::Timestamp;
use std::fmt;

/// Whose a key, policy or attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerKind {
    /// The account itself.
    Root,
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
    /// An IAM group.
    Group,
}

impl OwnerKind {
    /// As the column holds it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Root, Self::User, Self::Role, Self::Group]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| StoreError::Sql(format!("`{text}` is no kind of owner")))
    }
}

/// One long-term key.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// `AKIA…`.
    pub access_key_id: AccessKeyId,
    /// The account.
    pub account_id: AccountId,
    /// Root or user.
    pub owner_kind: OwnerKind,
    /// The user's id; the account id for the root.
    pub owner_id: String,
    /// The secret, sealed.
    pub sealed_secret: Vec<u8>,
    /// `Active` or `Inactive`.
    pub status: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "access_key_id, account_id, owner_kind, owner_id, sealed_secret, status, created_ms"
    };
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, row: &AccessKey) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_access_keys (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.access_key_id).into(),
        (&row.account_id).into(),
        row.owner_kind.as_str().into(),
        (&row.owner_id).into(),
        (&row.sealed_secret).into(),
        (&row.status).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The key with this id, in whichever account.
pub async fn find(tx: &mut Tx, access_key_id: &AccessKeyId) -> Result<Option<AccessKey>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_access_keys WHERE access_key_id = $1");
    let row = tx.one(sql, &[access_key_id.into()]).await?;
    maybe(row.as_ref())
}

/// The keys of one owner.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<AccessKey>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_access_keys WHERE account_id = $1 AND owner_id = $2 AND access_key_id > $3 ORDER BY \
         access_key_id LIMIT $4",
    );
    let parameters = [account_id.into(), owner_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Sets the status.
pub async fn set_status(tx: &mut Tx, access_key_id: &AccessKeyId, status: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_access_keys SET status = $2 WHERE access_key_id = $1";
    Ok(tx.exec(sql, &[access_key_id.into(), status.into()]).await? == 1)
}

/// Removes a key.
pub async fn delete(tx: &mut Tx, access_key_id: &AccessKeyId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_access_keys WHERE access_key_id = $1";
    Ok(tx.exec(sql, &[access_key_id.into()]).await? == 1)
}

impl FromRow for AccessKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            access_key_id: row.id(0)?,
            account_id: row.id(1)?,
            owner_kind: OwnerKind::parse(row.text(2)?)?,
            owner_id: row.id(3)?,
            sealed_secret: row.bytes(4)?.to_vec(),
            status: row.id(5)?,
            created_ms: row.timestamp(6)?,
        })
    }
}

impl fmt::Debug for AccessKey {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("access_key_id", &self.access_key_id)
            .field("account_id", &self.account_id)
            .field("owner_kind", &self.owner_kind)
            .field("owner_id", &self.owner_id)
            .field("status", &self.status)
            .field("created_ms", &self.created_ms)
            .finish_non_exhaustive()
    }
}
