//! Whose long-term keys a call is about.

use crate::user::{self, Subject};
use contract::Fault;
use domain::AccountId;
use model::iam::error;
use service::Cx;
use store::Tx;
use store::table::iam_access_keys::{self, AccessKey, OwnerKind};

/// More keys than anyone may have.
const ALL: i64 = 100;

/// A user, or the account's root user.
#[derive(Debug)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// User or root.
    pub kind: OwnerKind,
    /// The user's id; the account's for root.
    pub id: String,
    /// The user's name; root has none of its own.
    pub name: String,
}

impl Holder {
    /// The user named, or else the caller.
    ///
    /// # Errors
    /// `NoSuchEntity`; `ValidationError` when the caller is no user.
    pub async fn named_or_caller(tx: &mut Tx, cx: &Cx, user_name: Option<&str>) -> Result<Self, Fault> {
        let account = cx.account().clone();
        Ok(match user::named_or_caller(tx, cx, user_name).await? {
            Subject::User(found) => Self { account, kind: OwnerKind::User, id: found.id.to_string(), name: found.name },
            Subject::Root => Self { id: account.to_string(), account, kind: OwnerKind::Root, name: "root".to_owned() },
        })
    }

    /// All its keys.
    ///
    /// # Errors
    /// The store fails.
    pub async fn keys(&self, tx: &mut Tx) -> Result<Vec<AccessKey>, Fault> {
        Ok(iam_access_keys::list(tx, &self.account, &self.id, "", ALL).await?)
    }

    /// One of its keys.
    ///
    /// # Errors
    /// `NoSuchEntity`, also for a key of somebody else.
    pub async fn key(&self, tx: &mut Tx, access_key_id: &str) -> Result<AccessKey, Fault> {
        let found = self.keys(tx).await?.into_iter().find(|key| key.access_key_id.as_str() == access_key_id);
        found.ok_or_else(|| error::no_such_entity(format!("The Access Key with id {access_key_id} cannot be found.")))
    }
}
