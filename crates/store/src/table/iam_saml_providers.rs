//! `iam_saml_providers`: the SAML providers that an account trusts.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;

/// One SAML provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamlProvider {
    /// The account.
    pub account_id: AccountId,
    /// The name in lower case: names differ by more than case.
    pub name_key: String,
    /// The name as it was given.
    pub name: String,
    /// Its unique id (`SAMLProviderUUID`).
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
    pub arn: String,
    /// The metadata document, as it was given.
    pub metadata: String,
    /// Whether its assertions are encrypted: `Required`, `Allowed`, or nothing said.
    pub encryption_mode: Option<String>,
    /// Until when IAM says that it is valid.
    pub valid_until_ms: Timestamp,
    /// Tags, as JSON.
    pub tags: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

/// A provider as lists show it: without its document, which may have ten million characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamlProviderSummary {
    /// `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
    pub arn: String,
    /// Until when IAM says that it is valid.
    pub valid_until_ms: Timestamp,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, name_key, name, id, arn, metadata, encryption_mode, valid_until_ms, tags, created_ms"
    };
}

/// Adds a provider; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, row: &SamlProvider) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_saml_providers (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
    );
    let parameters = [
        (&row.account_id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.id).into(),
        (&row.arn).into(),
        (&row.metadata).into(),
        (&row.encryption_mode).into(),
        row.valid_until_ms.into(),
        (&row.tags).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes document, mode, validity and tags, found by name.
pub async fn update(tx: &mut Tx, row: &SamlProvider) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_saml_providers SET metadata = $3, encryption_mode = $4, valid_until_ms = $5, tags = $6 \
               WHERE account_id = $1 AND name_key = $2";
    let parameters = [
        (&row.account_id).into(),
        (&row.name_key).into(),
        (&row.metadata).into(),
        (&row.encryption_mode).into(),
        row.valid_until_ms.into(),
        (&row.tags).into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The provider of this name.
pub async fn find(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<Option<SamlProvider>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_saml_providers WHERE account_id = $1 AND name_key = $2");
    maybe(tx.one(sql, &[account_id.into(), name_key.into()]).await?.as_ref())
}

/// The providers of an account, by name.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<SamlProviderSummary>, StoreError> {
    let sql = "SELECT arn, valid_until_ms, created_ms FROM iam_saml_providers \
               WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3";
    collect(&tx.all(sql, &[account_id.into(), after.into(), limit.into()]).await?)
}

/// How many providers an account has.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_saml_providers WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a provider; its keys are the caller's to remove.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_saml_providers WHERE account_id = $1 AND name_key = $2";
    Ok(tx.exec(sql, &[account_id.into(), name_key.into()]).await? == 1)
}

impl FromRow for SamlProvider {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            name_key: row.id(1)?,
            name: row.id(2)?,
            id: row.id(3)?,
            arn: row.id(4)?,
            metadata: row.id(5)?,
            encryption_mode: row.opt_id(6)?,
            valid_until_ms: row.timestamp(7)?,
            tags: row.id(8)?,
            created_ms: row.timestamp(9)?,
        })
    }
}

impl FromRow for SamlProviderSummary {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { arn: row.id(0)?, valid_until_ms: row.timestamp(1)?, created_ms: row.timestamp(2)? })
    }
}
