//! Who holds inline and attached policies: a role, a user or a group, found by name.

use crate::{group, role, user};
use contract::Fault;
use domain::AccountId;
use store::Tx;
pub use store::table::iam_access_keys::OwnerKind;

/// A holder of policies.
#[derive(Debug)]
pub struct Owner {
    /// The account.
    pub account: AccountId,
    /// What it is.
    pub kind: OwnerKind,
    /// Its unique id.
    pub id: String,
    /// Its name, as created.
    pub name: String,
}

impl Owner {
    /// The role of this name.
    ///
    /// # Errors
    /// `NoSuchEntity`.
    pub async fn role(tx: &mut Tx, account: &AccountId, name: &str) -> Result<Self, Fault> {
        let found = role::find(tx, account, name).await?;
        Ok(Self { account: account.clone(), kind: OwnerKind::Role, id: found.id.to_string(), name: found.name })
    }

    /// The user of this name.
    ///
    /// # Errors
    /// `NoSuchEntity`.
    pub async fn user(tx: &mut Tx, account: &AccountId, name: &str) -> Result<Self, Fault> {
        let found = user::find(tx, account, name).await?;
        Ok(Self { account: account.clone(), kind: OwnerKind::User, id: found.id.to_string(), name: found.name })
    }

    /// The group of this name.
    ///
    /// # Errors
    /// `NoSuchEntity`.
    pub async fn group(tx: &mut Tx, account: &AccountId, name: &str) -> Result<Self, Fault> {
        let found = group::find(tx, account, name).await?;
        Ok(Self { account: account.clone(), kind: OwnerKind::Group, id: found.id, name: found.name })
    }

    /// The word for it in sentences: `role`, `user`, `group`.
    pub fn noun(&self) -> &'static str {
        self.kind.as_str()
    }

    /// Characters that all its inline policies may have together, white space not counted (spec/policy.md 1.5).
    pub fn inline_size(&self) -> usize {
        match self.kind {
            OwnerKind::Role => 10_240,
            OwnerKind::Group => 5120,
            OwnerKind::User | OwnerKind::Root => 2048,
        }
    }

    /// What the quota of attached policies is called.
    pub fn attachments_quota(&self) -> &'static str {
        match self.kind {
            OwnerKind::Role => "PoliciesPerRole",
            OwnerKind::Group => "PoliciesPerGroup",
            OwnerKind::User | OwnerKind::Root => "PoliciesPerUser",
        }
    }
}
