//! Users and roles that a policy names: kept by unique id and shown by ARN, so that one that is made anew under an old name is
//! someone else (spec/policy.md 1.3).

use crate::principal_text::{self, Named};
use contract::Fault;
use domain::{AccountId, IamUserId, RoleId};
use std::collections::BTreeMap;
use store::Tx;
use store::table::{iam_roles, iam_users};

/// Why a document cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbound {
    /// It is no JSON.
    NoJson,
    /// The account has no user or role of this name.
    Absent(String),
}

/// The document with users and roles of this account by unique id. All other text stays as it is. The inner error is the
/// caller's.
///
/// # Errors
/// The store fails.
pub async fn bound(tx: &mut Tx, account: &AccountId, document: &str) -> Result<Result<String, Unbound>, Fault> {
    let Some(principals) = principal_text::find(document) else { return Ok(Err(Unbound::NoJson)) };
    let mut ids = BTreeMap::new();
    for principal in &principals {
        match entity(tx, account, &principal.name).await? {
            Entity::Elsewhere => {}
            Entity::Id(id) => {
                ids.insert(principal.name.clone(), id);
            }
            Entity::Absent => return Ok(Err(Unbound::Absent(principal.name.clone()))),
        }
    }
    Ok(Ok(principal_text::replace(document, &principals, |name| ids.get(name).cloned())))
}

/// A kept document as replies show it: with ARNs again. The id of what was deleted since stays.
///
/// # Errors
/// The store fails, or what is kept is no JSON.
pub async fn shown(tx: &mut Tx, kept: &str) -> Result<String, Fault> {
    let principals: Vec<Named> =
        principal_text::find(kept).ok_or_else(|| Fault::internal("a policy that is kept is no JSON"))?;
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
    let Some((kind, path, name)) = split(resource) else { return Ok(Entity::Elsewhere) };
    // No store takes a text with NUL, and nobody has such a name.
    if name.contains('\0') {
        return Ok(Entity::Absent);
    }
    let key = name.to_lowercase();
    let id = match kind {
        "user" => {
            let found = iam_users::find(tx, account, &key).await?;
            found.filter(|user| user.name == name && user.path == path).map(|user| user.id.to_string())
        }
        "role" => {
            let found = iam_roles::find(tx, account, &key).await?;
            found.filter(|role| role.name == name && role.path == path).map(|role| role.id.to_string())
        }
        _ => None,
    };
    Ok(id.map_or(Entity::Absent, Entity::Id))
}

/// Kind, path and name: `role/team/Fan` is `role`, `/team/` and `Fan`.
fn split(resource: &str) -> Option<(&str, &str, &str)> {
    let after_kind = resource.find('/')?;
    let after_path = resource.rfind('/')? + 1;
    let name = resource.get(after_path..).filter(|name| !name.is_empty())?;
    Some((resource.get(..after_kind)?, resource.get(after_kind..after_path)?, name))
}

/// The ARN behind a unique id; `None` when nothing has it, or when it is no unique id.
async fn arn_of(tx: &mut Tx, id: &str) -> Result<Option<String>, Fault> {
    Ok(if id.starts_with("AIDA") {
        let found = iam_users::find_by_id(tx, &IamUserId::from(id)).await?;
        found.map(|user| format!("arn:aws:iam::{}:user{}{}", user.account_id, user.path, user.name))
    } else if id.starts_with("AROA") {
        let found = iam_roles::find_by_id(tx, &RoleId::from(id)).await?;
        found.map(|role| format!("arn:aws:iam::{}:role{}{}", role.account_id, role.path, role.name))
    } else {
        None
    })
}

fn is_unique_id(principal: &str) -> bool {
    principal.starts_with("AIDA") || principal.starts_with("AROA")
}
