//! `outbox`: messages to users that were decided on, written in the transaction that decided it. Nobody sends them yet:
//! delivery comes later and takes them from here.

use super::{FromRow, collect};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::UserPoolId;
use domain::time::Timestamp;
use std::fmt;

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// A UUID.
    pub id: String,
    /// The user pool.
    pub pool_id: UserPoolId,
    /// When it was decided on.
    pub created_ms: Timestamp,
    /// `EMAIL` or `SMS`.
    pub medium: String,
    /// The e-mail address or phone number.
    pub destination: String,
    /// The subject; empty for SMS.
    pub subject: String,
    /// The text, sealed: it may hold a password or a code.
    pub body: Vec<u8>,
}

macro_rules! columns {
    () => {
        "id, pool_id, created_ms, medium, destination, subject, body"
    };
}

/// Adds a message.
pub async fn insert(tx: &mut Tx, row: &Message) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO outbox (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",);
    let parameters = [
        (&row.id).into(),
        (&row.pool_id).into(),
        row.created_ms.into(),
        (&row.medium).into(),
        (&row.destination).into(),
        (&row.subject).into(),
        (&row.body).into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The messages of a pool, oldest first, after the given moment and id.
pub async fn list(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    after: (Timestamp, &str),
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM outbox WHERE pool_id = $1 AND (created_ms, id) > ($2, $3) ORDER BY created_ms, id LIMIT $4",
    );
    let parameters = [pool_id.into(), after.0.into(), after.1.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes a message that was delivered, or given up.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM outbox WHERE id = $1", &[id.into()]).await? == 1)
}

impl FromRow for Message {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            pool_id: row.id(1)?,
            created_ms: row.timestamp(2)?,
            medium: row.id(3)?,
            destination: row.id(4)?,
            subject: row.id(5)?,
            body: row.bytes(6)?.to_vec(),
        })
    }
}

impl fmt::Debug for Message {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("pool_id", &self.pool_id)
            .field("created_ms", &self.created_ms)
            .field("medium", &self.medium)
            .finish_non_exhaustive()
    }
}
