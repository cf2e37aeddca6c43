//! `iam_last_uses`: when access keys and roles were last used.

use super::{FromRow, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;

/// The last use of one access key or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// `AKIA…` or `AROA…`.
    pub id: String,
    /// When.
    pub used_ms: Timestamp,
    /// The service that was called, such as `iam`.
    pub service: String,
    /// The region that was called.
    pub region: String,
}

macro_rules! columns {
    () => {
        "id, used_ms, service, region"
    };
}

/// Writes a use down, unless a later one is known: nodes write theirs in any order.
pub async fn put(tx: &mut Tx, row: &LastUse) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO iam_last_uses (",
        columns!(),
        ") VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET used_ms = excluded.used_ms, \
         service = excluded.service, region = excluded.region WHERE excluded.used_ms > iam_last_uses.used_ms"
    );
    let parameters = [(&row.id).into(), row.used_ms.into(), (&row.service).into(), (&row.region).into()];
    tx.exec(sql, &parameters).await.map(drop)
}

/// The last use, if there was one.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<LastUse>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_last_uses WHERE id = $1");
    maybe(tx.one(sql, &[id.into()]).await?.as_ref())
}

/// Forgets an access key or role that is deleted.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.exec("DELETE FROM iam_last_uses WHERE id = $1", &[id.into()]).await.map(drop)
}

impl FromRow for LastUse {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { id: row.id(0)?, used_ms: row.timestamp(1)?, service: row.id(2)?, region: row.id(3)? })
    }
}
