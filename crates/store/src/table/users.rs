//! `users`: the users of the user pools.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::param::{Param, prefix_end};
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{UserPoolId, UserSub};
use domain::time::Timestamp;
use std::fmt;

/// One user.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The user pool.
    pub pool_id: UserPoolId,
    /// Immutable, and the key.
    pub sub: UserSub,
    /// The user name as it was given.
    pub name: String,
    /// The user name as it is compared: in lower case unless the pool minds case.
    pub name_key: String,
    /// `CONFIRMED`, `FORCE_CHANGE_PASSWORD`, …
    pub status: String,
    /// May sign in.
    pub enabled: bool,
    /// Attributes, as JSON.
    pub attributes: String,
    /// The password verifier, sealed.
    pub sealed_password: Option<Vec<u8>>,
    /// When the password was set.
    pub password_set_ms: Option<Timestamp>,
    /// The password must be changed at the next sign-in.
    pub temporary_password: bool,
    /// Failures since the last success.
    pub failed_sign_ins: i64,
    /// No sign-in before.
    pub locked_until_ms: Option<Timestamp>,
    /// Tokens issued before are void.
    pub tokens_valid_after_ms: Option<Timestamp>,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

/// The columns, qualified, for the tables that join this one.
pub(super) const QUALIFIED: &str = "users.pool_id, users.sub, users.name, users.name_key, users.status, \
                                   users.enabled, users.attributes, users.sealed_password, \
                                   users.password_set_ms, users.temporary_password, users.failed_sign_ins, \
                                   users.locked_until_ms, users.tokens_valid_after_ms, users.created_ms, \
                                   users.modified_ms";

macro_rules! columns {
    () => {
        "pool_id, sub, name, name_key, status, enabled, attributes, sealed_password, password_set_ms, \
         temporary_password, failed_sign_ins, locked_until_ms, tokens_valid_after_ms, created_ms, \
         modified_ms"
    };
}

/// Adds a user; `false` when the name (or the sub) is taken.
pub async fn insert(tx: &mut Tx, row: &User) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO users (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.pool_id).into(),
        (&row.sub).into(),
        (&row.name).into(),
        (&row.name_key).into(),
        (&row.status).into(),
        row.enabled.into(),
        (&row.attributes).into(),
        (&row.sealed_password).into(),
        row.password_set_ms.into(),
        row.temporary_password.into(),
        row.failed_sign_ins.into(),
        row.locked_until_ms.into(),
        row.tokens_valid_after_ms.into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes the whole row; [`StoreError::Unique`] when a new name is taken.
pub async fn update(tx: &mut Tx, row: &User) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET name = $3, name_key = $4, status = $5, enabled = $6, attributes = $7, \
               sealed_password = $8, password_set_ms = $9, temporary_password = $10, failed_sign_ins = $11, \
               locked_until_ms = $12, tokens_valid_after_ms = $13, modified_ms = $14 WHERE pool_id = $1 AND \
               sub = $2";
    let parameters = [
        (&row.pool_id).into(),
        (&row.sub).into(),
        (&row.name).into(),
        (&row.name_key).into(),
        (&row.status).into(),
        row.enabled.into(),
        (&row.attributes).into(),
        (&row.sealed_password).into(),
        row.password_set_ms.into(),
        row.temporary_password.into(),
        row.failed_sign_ins.into(),
        row.locked_until_ms.into(),
        row.tokens_valid_after_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The user with this sub.
pub async fn find(tx: &mut Tx, pool_id: &UserPoolId, sub: &UserSub) -> Result<Option<User>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM users WHERE pool_id = $1 AND sub = $2");
    let row = tx.one(sql, &[pool_id.into(), sub.into()]).await?;
    maybe(row.as_ref())
}

/// The user of this name.
pub async fn find_by_name(tx: &mut Tx, pool_id: &UserPoolId, name_key: &str) -> Result<Option<User>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM users WHERE pool_id = $1 AND name_key = $2");
    let row = tx.one(sql, &[pool_id.into(), name_key.into()]).await?;
    maybe(row.as_ref())
}

/// The users of a pool, by sub.
pub async fn list(tx: &mut Tx, pool_id: &UserPoolId, after: &str, limit: i64) -> Result<Vec<User>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM users WHERE pool_id = $1 AND sub > $2 ORDER BY sub LIMIT $3",);
    let parameters = [pool_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The users of a pool, by name.
pub async fn list_by_name(tx: &mut Tx, pool_id: &UserPoolId, after: &str, limit: i64) -> Result<Vec<User>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM users WHERE pool_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3",);
    let parameters = [pool_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The users whose name begins with `prefix`, by name.
pub async fn list_by_name_prefix(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    prefix: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let end = prefix_end(prefix);
    let below_end = if end.is_some() { "AND name_key < $5" } else { "" };
    let sql = format!(
        "SELECT {QUALIFIED} FROM users WHERE pool_id = $1 AND name_key >= $2 AND name_key > $3 {below_end} \
         ORDER BY name_key LIMIT $4"
    );
    let mut parameters = vec![pool_id.into(), prefix.into(), after.into(), limit.into()];
    parameters.extend(end.as_deref().map(Param::from));
    collect(&tx.all(&sql, &parameters).await?)
}

/// How many users a pool has, counted no further than `most`: the cost must not grow with the pool.
pub async fn count(tx: &mut Tx, pool_id: &UserPoolId, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM (SELECT sub FROM users WHERE pool_id = $1 LIMIT $2) AS counted";
    tx.one(sql, &[pool_id.into(), most.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Writes what a sign-in changes, and nothing else.
pub async fn set_sign_in_state(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    sub: &UserSub,
    failed_sign_ins: i64,
    locked_until: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET failed_sign_ins = $3, locked_until_ms = $4 WHERE pool_id = $1 AND sub = $2";
    let parameters = [pool_id.into(), sub.into(), failed_sign_ins.into(), locked_until.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Removes the user, with index entries, aliases and memberships.
pub async fn delete(tx: &mut Tx, pool_id: &UserPoolId, sub: &UserSub) -> Result<bool, StoreError> {
    if tx.exec("DELETE FROM users WHERE pool_id = $1 AND sub = $2", &[pool_id.into(), sub.into()]).await? == 0 {
        return Ok(false);
    }
    super::user_attribute_index::delete_all(tx, pool_id, sub).await?;
    super::user_aliases::delete_all(tx, pool_id, sub).await?;
    super::group_members::delete_user(tx, pool_id, sub).await?;
    Ok(true)
}

impl FromRow for User {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            pool_id: row.id(0)?,
            sub: row.id(1)?,
            name: row.id(2)?,
            name_key: row.id(3)?,
            status: row.id(4)?,
            enabled: row.bool(5)?,
            attributes: row.id(6)?,
            sealed_password: row.opt_bytes(7)?.map(<[u8]>::to_vec),
            password_set_ms: row.opt_timestamp(8)?,
            temporary_password: row.bool(9)?,
            failed_sign_ins: row.int(10)?,
            locked_until_ms: row.opt_timestamp(11)?,
            tokens_valid_after_ms: row.opt_timestamp(12)?,
            created_ms: row.timestamp(13)?,
            modified_ms: row.timestamp(14)?,
        })
    }
}

impl fmt::Debug for User {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("pool_id", &self.pool_id)
            .field("sub", &self.sub)
            .field("status", &self.status)
            .field("enabled", &self.enabled)
            .field("password_set_ms", &self.password_set_ms)
            .field("temporary_password", &self.temporary_password)
            .field("failed_sign_ins", &self.failed_sign_ins)
            .field("locked_until_ms", &self.locked_until_ms)
            .field("tokens_valid_after_ms", &self.tokens_valid_after_ms)
            .field("created_ms", &self.created_ms)
            .field("modified_ms", &self.modified_ms)
            .finish_non_exhaustive()
    }
}
