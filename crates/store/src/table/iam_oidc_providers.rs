//! `iam_oidc_providers`: the OpenID Connect providers that an account trusts.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;

/// One OpenID Connect provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProvider {
    /// The account.
    pub account_id: AccountId,
    /// The issuer's URL without `https://`, as it was given.
    pub url: String,
    /// `arn:aws:iam::ACCOUNT:oidc-provider/URL`.
    pub arn: String,
    /// The audiences that are accepted, as a JSON array of texts.
    pub client_ids: String,
    /// Thumbprints of certificates, as a JSON array of texts in lower case.
    pub thumbprints: String,
    /// Tags, as JSON.
    pub tags: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, url, arn, client_ids, thumbprints, tags, created_ms"
    };
}

/// Adds a provider; `false` when the URL is taken.
pub async fn insert(tx: &mut Tx, row: &OidcProvider) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_oidc_providers (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
    );
    let parameters = [
        (&row.account_id).into(),
        (&row.url).into(),
        (&row.arn).into(),
        (&row.client_ids).into(),
        (&row.thumbprints).into(),
        (&row.tags).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes client ids, thumbprints and tags, found by URL.
pub async fn update(tx: &mut Tx, row: &OidcProvider) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_oidc_providers SET client_ids = $3, thumbprints = $4, tags = $5 \
               WHERE account_id = $1 AND url = $2";
    let parameters = [
        (&row.account_id).into(),
        (&row.url).into(),
        (&row.client_ids).into(),
        (&row.thumbprints).into(),
        (&row.tags).into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The provider with this URL (an issuer without its `https://`).
pub async fn find_by_url(tx: &mut Tx, account_id: &AccountId, url: &str) -> Result<Option<OidcProvider>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_oidc_providers WHERE account_id = $1 AND url = $2");
    maybe(tx.one(sql, &[account_id.into(), url.into()]).await?.as_ref())
}

/// The providers of an account, by URL.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<OidcProvider>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_oidc_providers WHERE account_id = $1 AND url > $2 ORDER BY url LIMIT $3"
    );
    collect(&tx.all(sql, &[account_id.into(), after.into(), limit.into()]).await?)
}

/// How many providers an account has.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_oidc_providers WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a provider.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, url: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_oidc_providers WHERE account_id = $1 AND url = $2";
    Ok(tx.exec(sql, &[account_id.into(), url.into()]).await? == 1)
}

impl FromRow for OidcProvider {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            url: row.id(1)?,
            arn: row.id(2)?,
            client_ids: row.id(3)?,
            thumbprints: row.id(4)?,
            tags: row.id(5)?,
            created_ms: row.timestamp(6)?,
        })
    }
}
