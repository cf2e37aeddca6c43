//! `iam_mfa_devices`: virtual MFA devices, assigned or not.

use super::iam_access_keys::OwnerKind;
use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;
use std::fmt;

/// One virtual MFA device.
#[derive(Clone, PartialEq, Eq)]
pub struct MfaDevice {
    /// The account.
    pub account_id: AccountId,
    /// The serial number in lower case: names differ by more than case.
    pub serial_key: String,
    /// The serial number: `arn:aws:iam::ACCOUNT:mfa/PATH/NAME`.
    pub serial: String,
    /// The secret that codes are made from, sealed.
    pub sealed_seed: Vec<u8>,
    /// Tags, as JSON.
    pub tags: String,
    /// When it was made.
    pub created_ms: Timestamp,
    /// Whose it is; `None` while it is assigned to nobody.
    pub assignment: Option<Assignment>,
    /// The step of the code accepted last: no code of that step or an earlier one is good any more.
    pub last_step: Option<i64>,
    /// How many steps its clock is ahead of ours (negative: behind), as the last resynchronisation found.
    pub drift_steps: i64,
    /// Wrong codes since the last right one.
    pub failures: i64,
    /// When the last of them came.
    pub last_failure_ms: Timestamp,
}

/// Whose a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Root or user.
    pub owner_kind: OwnerKind,
    /// The user's id; the account id for the root.
    pub owner_id: String,
    /// Since when.
    pub enabled_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, serial_key, serial, sealed_seed, tags, created_ms, owner_kind, owner_id, enabled_ms, last_step, \
         drift_steps, failures, last_failure_ms"
    };
}

/// Adds a device; `false` when the serial number is taken.
pub async fn insert(tx: &mut Tx, row: &MfaDevice) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_mfa_devices (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
    );
    let assignment = row.assignment.as_ref();
    let parameters = [
        (&row.account_id).into(),
        (&row.serial_key).into(),
        (&row.serial).into(),
        (&row.sealed_seed).into(),
        (&row.tags).into(),
        row.created_ms.into(),
        assignment.map(|to| to.owner_kind.as_str()).into(),
        assignment.map(|to| to.owner_id.as_str()).into(),
        assignment.map(|to| to.enabled_ms).into(),
        row.last_step.into(),
        row.drift_steps.into(),
        row.failures.into(),
        row.last_failure_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change: tags, whose it is, and where its codes stand.
pub async fn update(tx: &mut Tx, row: &MfaDevice) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_mfa_devices SET tags = $3, owner_kind = $4, owner_id = $5, enabled_ms = $6, last_step = $7, \
               drift_steps = $8, failures = $9, last_failure_ms = $10 WHERE account_id = $1 AND serial_key = $2";
    let assignment = row.assignment.as_ref();
    let parameters = [
        (&row.account_id).into(),
        (&row.serial_key).into(),
        (&row.tags).into(),
        assignment.map(|to| to.owner_kind.as_str()).into(),
        assignment.map(|to| to.owner_id.as_str()).into(),
        assignment.map(|to| to.enabled_ms).into(),
        row.last_step.into(),
        row.drift_steps.into(),
        row.failures.into(),
        row.last_failure_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The device with this serial number.
pub async fn find(tx: &mut Tx, account_id: &AccountId, serial_key: &str) -> Result<Option<MfaDevice>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_mfa_devices WHERE account_id = $1 AND serial_key = $2");
    let row = tx.one(sql, &[account_id.into(), serial_key.into()]).await?;
    maybe(row.as_ref())
}

/// The devices of an account, by serial number.
pub async fn list(tx: &mut Tx, account_id: &AccountId, after: &str, limit: i64) -> Result<Vec<MfaDevice>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_mfa_devices WHERE account_id = $1 AND serial_key > $2 ORDER BY serial_key LIMIT $3",
    );
    collect(&tx.all(sql, &[account_id.into(), after.into(), limit.into()]).await?)
}

/// The devices of one owner, by serial number.
pub async fn list_of_owner(
    tx: &mut Tx,
    account_id: &AccountId,
    owner_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<MfaDevice>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_mfa_devices WHERE account_id = $1 AND owner_id = $2 AND serial_key > $3 ORDER BY serial_key \
         LIMIT $4",
    );
    collect(&tx.all(sql, &[account_id.into(), owner_id.into(), after.into(), limit.into()]).await?)
}

/// How many devices an account has, and how many of them are assigned.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT COUNT(*), COUNT(owner_id) FROM iam_mfa_devices WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Removes a device.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, serial_key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_mfa_devices WHERE account_id = $1 AND serial_key = $2";
    Ok(tx.exec(sql, &[account_id.into(), serial_key.into()]).await? == 1)
}

impl FromRow for MfaDevice {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let assignment = match row.opt_text(6)? {
            Some(kind) => Some(Assignment {
                owner_kind: OwnerKind::parse(kind)?,
                owner_id: row.id(7)?,
                enabled_ms: row.timestamp(8)?,
            }),
            None => None,
        };
        Ok(Self {
            account_id: row.id(0)?,
            serial_key: row.id(1)?,
            serial: row.id(2)?,
            sealed_seed: row.bytes(3)?.to_vec(),
            tags: row.id(4)?,
            created_ms: row.timestamp(5)?,
            assignment,
            last_step: row.opt_int(9)?,
            drift_steps: row.int(10)?,
            failures: row.int(11)?,
            last_failure_ms: row.timestamp(12)?,
        })
    }
}

impl fmt::Debug for MfaDevice {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaDevice")
            .field("serial", &self.serial)
            .field("assignment", &self.assignment)
            .field("last_step", &self.last_step)
            .field("drift_steps", &self.drift_steps)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}
