//! `iam_accounts`: what IAM keeps about an account as a whole. An account without a row has chosen nothing yet.

use super::{FromRow, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;

/// The choices of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamAccount {
    /// The account.
    pub account_id: AccountId,
    /// Its name in sign-in addresses; no two accounts have the same.
    pub alias: Option<String>,
    /// The password policy of its users, as JSON.
    pub password_policy: Option<String>,
    /// Which kind of session token STS's global endpoint gives out: 1 or 2.
    pub global_token_version: i64,
    /// What tells its issuer of outbound web identity tokens from others; kept while the feature is off.
    pub outbound_id: Option<String>,
    /// Whether it may ask for such tokens.
    pub outbound_enabled: bool,
}

impl IamAccount {
    /// An account that has chosen nothing yet.
    pub fn new(account_id: AccountId) -> Self {
        Self {
            account_id,
            alias: None,
            password_policy: None,
            global_token_version: 1,
            outbound_id: None,
            outbound_enabled: false,
        }
    }
}

macro_rules! columns {
    () => {
        "account_id, alias, password_policy, global_token_version, outbound_id, outbound_enabled"
    };
}

/// Writes the account's choices in the place of those before; [`StoreError::Unique`] when the alias is taken.
pub async fn put(tx: &mut Tx, row: &IamAccount) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO iam_accounts (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id) DO UPDATE SET alias = excluded.alias, \
         password_policy = excluded.password_policy, global_token_version = excluded.global_token_version, \
         outbound_id = excluded.outbound_id, outbound_enabled = excluded.outbound_enabled"
    );
    let parameters = [
        (&row.account_id).into(),
        (&row.alias).into(),
        (&row.password_policy).into(),
        row.global_token_version.into(),
        (&row.outbound_id).into(),
        row.outbound_enabled.into(),
    ];
    tx.exec(sql, &parameters).await.map(drop)
}

/// The account's choices; those of a new account when there is no row.
pub async fn find(tx: &mut Tx, account_id: &AccountId) -> Result<IamAccount, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_accounts WHERE account_id = $1");
    let found = maybe(tx.one(sql, &[account_id.into()]).await?.as_ref())?;
    Ok(found.unwrap_or_else(|| IamAccount::new(account_id.clone())))
}

/// The account with this alias.
pub async fn find_by_alias(tx: &mut Tx, alias: &str) -> Result<Option<IamAccount>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_accounts WHERE alias = $1");
    maybe(tx.one(sql, &[alias.into()]).await?.as_ref())
}

impl FromRow for IamAccount {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            alias: row.opt_id(1)?,
            password_policy: row.opt_id(2)?,
            global_token_version: row.int(3)?,
            outbound_id: row.opt_id(4)?,
            outbound_enabled: row.bool(5)?,
        })
    }
}
