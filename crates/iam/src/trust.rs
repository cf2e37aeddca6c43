//! Trust policies: users and roles are kept by unique id and shown by ARN (spec/policy.md 1.3, spec/sts-and-iam.md B7, 4).

use crate::principal_text::{self, Named};
use crate::{name, quota, role, user};
use contract::Fault;
use domain::{AccountId, IamUserId, RoleId};
use iam_policy::{Malformed, size_without_whitespace, validate_trust};
use model::iam::error;
use std::collections::BTreeMap;
use store::Tx;
use store::table::{iam_roles, iam_users};

/// Checks a trust policy and answers the text to keep, in which users and roles of this account stand by unique id: one
/// that is made anew under an old name is someone else.
///
/// # Errors
/// `MalformedPolicyDocument`, also when it names a user or role that is not there; `LimitExceeded` for its size.
pub async fn bound(tx: &mut Tx, account: &AccountId, document: &str) -> Result<String, Fault> {
    validate_trust(document).map_err(malformed)?;
    if size_without_whitespace(document) > quota::TRUST_POLICY_SIZE {
        return Err(quota::exceeded("ACLSizePerRole", quota::TRUST_POLICY_SIZE));
    }
    let principals = principals(document)?;
    let mut ids = BTreeMap::new();
    for principal in &principals {
        match entity(tx, account, &principal.name).await? {
            Entity::Elsewhere => {}
            Entity::Id(id) => {
                ids.insert(principal.name.clone(), id);
            }
            Entity::Absent => return Err(malformed(Malformed::invalid_principal("AWS", &principal.name))),
        }
    }
    Ok(principal_text::replace(document, &principals, |name| ids.get(name).cloned()))
}

/// A kept trust policy as replies show it: with ARNs again. The id of what was deleted since stays.
///
/// # Errors
/// The store fails.
pub async fn shown(tx: &mut Tx, kept: &str) -> Result<String, Fault> {
    let principals = principals(kept)?;
    let mut arns = BTreeMap::new();
    for principal in &principals {
        if let Some(arn) = arn_of(tx, &principal.name).await? {
            arns.insert(principal.name.clone(), arn);
        }
    }
    Ok(principal_text::replace(kept, &principals, |name| arns.get(name).cloned()))
}

/// What a principal's name stands for in this account.
enum Entity {
    /// A user or role of this account.
    Id(String),
    /// A user or role that this account does not have.
    Absent,
    /// Everyone, an account, a session, or another account's entity: the name stays as it is.
    Elsewhere,
}

async fn entity(tx: &mut Tx, account: &AccountId, principal: &str) -> Result<Entity, Fault> {
    if is_unique_id(principal) {
        let known = arn_of(tx, principal).await?.is_some();
        return Ok(if known { Entity::Id(principal.to_owned()) } else { Entity::Absent });
    }
    let prefix = format!("arn:aws:iam::{account}:");
    let Some(resource) = principal.strip_prefix(&prefix) else { return Ok(Entity::Elsewhere) };
    let Some((path, entity_name)) = name::split(resource) else { return Ok(Entity::Elsewhere) };
    let id = if resource.starts_with("user/") {
        let found = iam_users::find(tx, account, &name::key(entity_name)).await?;
        found.filter(|user| user.name == entity_name && user.path == path).map(|user| user.id.to_string())
    } else {
        let found = iam_roles::find(tx, account, &name::key(entity_name)).await?;
        let is_role = resource.starts_with("role/");
        found.filter(|role| is_role && role.name == entity_name && role.path == path).map(|role| role.id.to_string())
    };
    Ok(id.map_or(Entity::Absent, Entity::Id))
}

/// The ARN behind a unique id; `None` when nothing has it, or when it is no unique id.
async fn arn_of(tx: &mut Tx, id: &str) -> Result<Option<String>, Fault> {
    Ok(if id.starts_with("AIDA") {
        iam_users::find_by_id(tx, &IamUserId::from(id)).await?.map(|found| user::arn(&found))
    } else if id.starts_with("AROA") {
        iam_roles::find_by_id(tx, &RoleId::from(id)).await?.map(|found| role::arn(&found))
    } else {
        None
    })
}

fn is_unique_id(principal: &str) -> bool {
    principal.starts_with("AIDA") || principal.starts_with("AROA")
}

fn principals(document: &str) -> Result<Vec<Named>, Fault> {
    principal_text::find(document).ok_or_else(|| error::malformed_policy_document("Syntax error in policy."))
}

fn malformed(why: Malformed) -> Fault {
    error::malformed_policy_document(why.message)
}
