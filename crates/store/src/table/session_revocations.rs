//! `session_revocations`: whose sessions are refused although they have not expired, and from which on they are taken again.
//!
//! Each change of the list has a number, and a session carries the number that its node knew when it was issued. So "before" and
//! "after" need no clock. Rows end with the last session that they can be about.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, IdentityPoolId};
use domain::time::Timestamp;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RevocationKind {
    /// The sessions of an identity; the subject is its id.
    Identity,
    /// The sessions of all identities of a pool; the subject is the pool's id.
    IdentityPool,
    /// The sessions of a role; the subject is its unique id (`AROA…`).
    Role,
    /// So many identities of this pool have ended that the list does not name them: each one has to be looked at.
    Crowd,
}

impl RevocationKind {
    const ALL: [Self; 4] = [Self::Identity, Self::IdentityPool, Self::Role, Self::Crowd];

    /// As the column holds it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::IdentityPool => "identity-pool",
            Self::Role => "role",
            Self::Crowd => "crowd",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| StoreError::Sql(format!("`{text}` is no kind of revocation")))
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRevocation {
    /// What it is about.
    pub kind: RevocationKind,
    /// Whose sessions.
    pub subject: String,
    /// The account of the pool or role.
    pub account_id: AccountId,
    /// The pool of an identity.
    pub pool_id: Option<IdentityPoolId>,
    /// Sessions that carry a lesser number are refused.
    pub number: i64,
    /// Whether an operator asked for it; otherwise the identity or pool ended.
    pub by_operator: bool,
    /// Why, in words.
    pub reason: String,
    /// When it was revoked. Tokens carry no number: those issued until then are refused.
    pub revoked_ms: Timestamp,
    /// When the last session that it is about has ended.
    pub expires_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "kind, subject, account_id, pool_id, number, by_operator, reason, revoked_ms, expires_ms"
    };
}

/// The number of the next change. Of changes at once, one comes after the other.
pub async fn next_number(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.exec(
        "INSERT INTO catalog_epoch (id, epoch) VALUES ('revocations', 1) \
         ON CONFLICT (id) DO UPDATE SET epoch = catalog_epoch.epoch + 1",
        &[],
    )
    .await?;
    tx.touched.revocations = true;
    newest(tx).await
}

/// The number of the last change; 0: there was none.
pub async fn newest(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx.one("SELECT epoch FROM catalog_epoch WHERE id = 'revocations'", &[]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Adds an entry, or takes the place of the one about the same subject.
pub async fn put(tx: &mut Tx, row: &SessionRevocation) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO session_revocations (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (kind, subject) DO UPDATE SET number = $5, \
         by_operator = $6, reason = $7, revoked_ms = $8, expires_ms = $9",
    );
    let parameters = [
        row.kind.as_str().into(),
        row.subject.as_str().into(),
        (&row.account_id).into(),
        (&row.pool_id).into(),
        row.number.into(),
        row.by_operator.into(),
        row.reason.as_str().into(),
        row.revoked_ms.into(),
        row.expires_ms.into(),
    ];
    tx.exec(sql, &parameters).await?;
    tx.touched.revocations = true;
    Ok(())
}

/// The entry about a subject.
pub async fn find(tx: &mut Tx, kind: RevocationKind, subject: &str) -> Result<Option<SessionRevocation>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM session_revocations WHERE kind = $1 AND subject = $2");
    let row = tx.one(sql, &[kind.as_str().into(), subject.into()]).await?;
    maybe(row.as_ref())
}

/// What came after this number. How much that can be, those who add see to.
pub async fn since(tx: &mut Tx, number: i64) -> Result<Vec<SessionRevocation>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM session_revocations WHERE number > $1 ORDER BY number");
    collect(&tx.all(sql, &[number.into()]).await?)
}

/// An account's entries, by kind and subject.
pub async fn list(
    tx: &mut Tx,
    account: &AccountId,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<SessionRevocation>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM session_revocations WHERE account_id = $1 AND (kind, subject) > ($2, $3) ORDER BY kind, subject LIMIT $4",
    );
    collect(&tx.all(sql, &[account.into(), after.0.into(), after.1.into(), limit.into()]).await?)
}

/// How many entries an operator made, as far as `most`.
pub async fn count_by_operator(tx: &mut Tx, most: i64) -> Result<usize, StoreError> {
    let sql = "SELECT subject FROM session_revocations WHERE by_operator = 1 LIMIT $1";
    Ok(tx.all(sql, &[most.into()]).await?.len())
}

/// How many identities of a pool have ended by themselves, as far as `most`.
pub async fn count_ended(tx: &mut Tx, pool: &IdentityPoolId, most: i64) -> Result<usize, StoreError> {
    let sql = "SELECT subject FROM session_revocations \
               WHERE pool_id = $1 AND kind = 'identity' AND by_operator = 0 LIMIT $2";
    Ok(tx.all(sql, &[pool.into(), most.into()]).await?.len())
}

/// Takes the identities of a pool out that have ended by themselves.
pub async fn delete_ended(tx: &mut Tx, pool: &IdentityPoolId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session_revocations WHERE pool_id = $1 AND kind = 'identity' AND by_operator = 0";
    tx.exec(sql, &[pool.into()]).await
}

/// Forgets at most `limit` entries that expired before `now`. Answers how many.
pub async fn purge(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM session_revocations WHERE (kind, subject) IN (SELECT kind, subject \
               FROM session_revocations WHERE expires_ms < $1 ORDER BY expires_ms, kind, subject LIMIT $2)";
    tx.exec(sql, &[now.into(), limit.into()]).await
}

impl FromRow for SessionRevocation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            kind: RevocationKind::parse(row.text(0)?)?,
            subject: row.text(1)?.to_owned(),
            account_id: row.id(2)?,
            pool_id: row.opt_id(3)?,
            number: row.int(4)?,
            by_operator: row.bool(5)?,
            reason: row.text(6)?.to_owned(),
            revoked_ms: row.timestamp(7)?,
            expires_ms: row.timestamp(8)?,
        })
    }
}
