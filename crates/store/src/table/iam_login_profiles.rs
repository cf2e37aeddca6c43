//! `iam_login_profiles`: the passwords of IAM users.

use super::{FromRow, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, IamUserId};
use domain::time::Timestamp;
use std::fmt;

/// The password of one IAM user.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginProfile {
    /// The user.
    pub user_id: IamUserId,
    /// The account.
    pub account_id: AccountId,
    /// The password's verifier, sealed.
    pub sealed_password: Vec<u8>,
    /// The verifiers of this password and of those before it, sealed.
    pub sealed_history: Vec<u8>,
    /// Whether the user must choose another one at the next sign-in.
    pub reset_required: bool,
    /// When the password was set.
    pub password_set_ms: Timestamp,
    /// Wrong passwords since the last right one.
    pub failures: i64,
    /// When the last of them was given.
    pub last_failure_ms: Timestamp,
    /// When the profile was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "user_id, account_id, sealed_password, sealed_history, reset_required, password_set_ms, failures, \
         last_failure_ms, created_ms"
    };
}

/// Adds a profile; `false` when the user has one.
pub async fn insert(tx: &mut Tx, row: &LoginProfile) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_login_profiles (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
    );
    let parameters = [
        (&row.user_id).into(),
        (&row.account_id).into(),
        (&row.sealed_password).into(),
        (&row.sealed_history).into(),
        row.reset_required.into(),
        row.password_set_ms.into(),
        row.failures.into(),
        row.last_failure_ms.into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change, found by user.
pub async fn update(tx: &mut Tx, row: &LoginProfile) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_login_profiles SET sealed_password = $2, sealed_history = $3, reset_required = $4, \
               password_set_ms = $5, failures = $6, last_failure_ms = $7 WHERE user_id = $1";
    let parameters = [
        (&row.user_id).into(),
        (&row.sealed_password).into(),
        (&row.sealed_history).into(),
        row.reset_required.into(),
        row.password_set_ms.into(),
        row.failures.into(),
        row.last_failure_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The user's profile, if it has one.
pub async fn find(tx: &mut Tx, user_id: &IamUserId) -> Result<Option<LoginProfile>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_login_profiles WHERE user_id = $1");
    maybe(tx.one(sql, &[user_id.into()]).await?.as_ref())
}

/// Removes a profile.
pub async fn delete(tx: &mut Tx, user_id: &IamUserId) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM iam_login_profiles WHERE user_id = $1", &[user_id.into()]).await? == 1)
}

impl FromRow for LoginProfile {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            user_id: row.id(0)?,
            account_id: row.id(1)?,
            sealed_password: row.bytes(2)?.to_vec(),
            sealed_history: row.bytes(3)?.to_vec(),
            reset_required: row.bool(4)?,
            password_set_ms: row.timestamp(5)?,
            failures: row.int(6)?,
            last_failure_ms: row.timestamp(7)?,
            created_ms: row.timestamp(8)?,
        })
    }
}

impl fmt::Debug for LoginProfile {
    // Sealed bytes stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginProfile")
            .field("user_id", &self.user_id)
            .field("reset_required", &self.reset_required)
            .field("password_set_ms", &self.password_set_ms)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}
