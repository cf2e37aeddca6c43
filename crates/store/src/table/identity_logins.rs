//! `identity_logins`: which login (a provider and its subject) belongs to which identity.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{IdentityId, IdentityPoolId};
use domain::time::Timestamp;

/// One linked login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityLogin {
    /// The identity pool.
    pub pool_id: IdentityPoolId,
    /// The provider, as the logins map names it.
    pub provider: String,
    /// Who that is to the provider.
    pub subject: String,
    /// The identity.
    pub identity_id: IdentityId,
    /// Since when.
    pub linked_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "pool_id, provider, subject, identity_id, linked_ms"
    };
}

/// Links a login; `false` when it is linked, to whichever identity.
pub async fn insert(tx: &mut Tx, row: &IdentityLogin) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO identity_logins (", columns!(), ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",);
    let parameters = [
        (&row.pool_id).into(),
        (&row.provider).into(),
        (&row.subject).into(),
        (&row.identity_id).into(),
        row.linked_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The link of this login.
pub async fn find(
    tx: &mut Tx,
    pool_id: &IdentityPoolId,
    provider: &str,
    subject: &str,
) -> Result<Option<IdentityLogin>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM identity_logins WHERE pool_id = $1 AND provider = $2 AND subject = $3");
    let row = tx.one(sql, &[pool_id.into(), provider.into(), subject.into()]).await?;
    maybe(row.as_ref())
}

/// The logins of one identity; an identity has at most a few dozen.
pub async fn all_of(tx: &mut Tx, identity_id: &IdentityId) -> Result<Vec<IdentityLogin>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM identity_logins WHERE identity_id = $1 ORDER BY identity_id, provider, subject"
    );
    collect(&tx.all(sql, &[identity_id.into()]).await?)
}

/// The logins of one identity with one provider, by subject.
pub async fn list(
    tx: &mut Tx,
    identity_id: &IdentityId,
    provider: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<IdentityLogin>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM identity_logins WHERE identity_id = $1 AND provider = $2 AND subject > $3 ORDER BY subject \
         LIMIT $4",
    );
    let parameters = [identity_id.into(), provider.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Gives all logins of one identity to another (a merge); answers how many.
pub async fn relink(tx: &mut Tx, from: &IdentityId, to: &IdentityId) -> Result<u64, StoreError> {
    tx.exec("UPDATE identity_logins SET identity_id = $2 WHERE identity_id = $1", &[from.into(), to.into()]).await
}

/// Unlinks a login.
pub async fn delete(tx: &mut Tx, pool_id: &IdentityPoolId, provider: &str, subject: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM identity_logins WHERE pool_id = $1 AND provider = $2 AND subject = $3";
    Ok(tx.exec(sql, &[pool_id.into(), provider.into(), subject.into()]).await? == 1)
}

/// Unlinks all logins of one identity.
pub async fn delete_all(tx: &mut Tx, identity_id: &IdentityId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM identity_logins WHERE identity_id = $1";
    tx.exec(sql, &[identity_id.into()]).await
}

impl FromRow for IdentityLogin {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            pool_id: row.id(0)?,
            provider: row.id(1)?,
            subject: row.id(2)?,
            identity_id: row.id(3)?,
            linked_ms: row.timestamp(4)?,
        })
    }
}
