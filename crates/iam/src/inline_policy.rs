//! Policies written into one role, user or group.

use crate::document;
use crate::name;
use crate::owner::Owner;
use crate::page::{Page, Paged};
use contract::Fault;
use iam_policy::{IdentityKind, size_without_whitespace, validate_identity};
use model::iam::error;
use store::Tx;
use store::table::iam_inline_policies::{self, InlinePolicy};

/// More inline policies than the size quota lets anyone have.
const ALL: i64 = 1000;

/// Creates or replaces one.
///
/// # Errors
/// `MalformedPolicyDocument`; `LimitExceeded` when all of them together grow too large.
pub async fn put(tx: &mut Tx, owner: &Owner, policy_name: &str, document: &str) -> Result<(), Fault> {
    validate_identity(document, IdentityKind::Inline).map_err(|why| error::malformed_policy_document(why.message))?;
    let name_key = name::key(policy_name);
    let others = all(tx, owner).await?.into_iter().filter(|policy| policy.name_key != name_key);
    let size: usize = others.map(|policy| size_without_whitespace(&policy.document)).sum();
    if size + size_without_whitespace(document) > owner.inline_size() {
        let (most, noun, name) = (owner.inline_size(), owner.noun(), &owner.name);
        return Err(error::limit_exceeded(format!("Maximum policy size of {most} bytes exceeded for {noun} {name}")));
    }
    let row = InlinePolicy {
        account_id: owner.account.clone(),
        owner_kind: owner.kind,
        owner_id: owner.id.clone(),
        name_key,
        name: policy_name.to_owned(),
        document: document.to_owned(),
    };
    iam_inline_policies::put(tx, &row).await?;
    Ok(tx.touch_catalog().await?)
}

/// The document of one, as replies carry it.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn get(tx: &mut Tx, owner: &Owner, policy_name: &str) -> Result<String, Fault> {
    Ok(document::encode(&find(tx, owner, policy_name).await?.document))
}

/// Their names.
///
/// # Errors
/// The store fails.
pub async fn list(tx: &mut Tx, owner: &Owner, page: &Page) -> Result<Paged<String>, Fault> {
    let policies = all(tx, owner).await?;
    Ok(page.slice(policies, |policy| policy.name_key.clone()).map(|policy| policy.name))
}

/// Removes one.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn delete(tx: &mut Tx, owner: &Owner, policy_name: &str) -> Result<(), Fault> {
    let found = find(tx, owner, policy_name).await?;
    iam_inline_policies::delete(tx, &owner.account, owner.kind, &owner.id, &found.name_key).await?;
    Ok(tx.touch_catalog().await?)
}

/// All of them.
///
/// # Errors
/// The store fails.
pub async fn all(tx: &mut Tx, owner: &Owner) -> Result<Vec<InlinePolicy>, Fault> {
    Ok(iam_inline_policies::list(tx, &owner.account, owner.kind, &owner.id, "", ALL).await?)
}

async fn find(tx: &mut Tx, owner: &Owner, policy_name: &str) -> Result<InlinePolicy, Fault> {
    let key = name::key(policy_name);
    let found = iam_inline_policies::find(tx, &owner.account, owner.kind, &owner.id, &key).await?;
    found.filter(|policy| policy.name == policy_name).ok_or_else(|| {
        error::no_such_entity(format!("The {} policy with name {policy_name} cannot be found.", owner.noun()))
    })
}
