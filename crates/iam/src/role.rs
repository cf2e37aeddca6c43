//! Roles: found by name, shown as replies carry them.

use crate::{boundary, document, last_use, name, tags, trust};
use contract::Fault;
use domain::AccountId;
use model::iam::{error, shapes};
use service::Cx;
use store::Tx;
use store::table::iam_roles::{self, IamRole};

/// The role of this name, spelled as created.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, role_name: &str) -> Result<IamRole, Fault> {
    let found = iam_roles::find(tx, account, &name::key(role_name)).await?;
    found
        .filter(|role| role.name == role_name)
        .ok_or_else(|| error::no_such_entity(format!("The role with name {role_name} cannot be found.")))
}

/// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
pub fn arn(role: &IamRole) -> String {
    name::arn(&role.account_id, "role", &role.path, &role.name)
}

/// The role as every list shows it: without tags, boundary and last use, even when there are any
/// (spec/sts-and-iam.md C4).
///
/// # Errors
/// The store fails.
pub async fn listed(tx: &mut Tx, role: &IamRole) -> Result<shapes::Role, Fault> {
    Ok(shapes::Role {
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.id.to_string(),
        arn: arn(role),
        create_date: role.created_ms.millis(),
        assume_role_policy_document: Some(document::encode(&trust::shown(tx, &role.trust).await?)),
        description: role.description.clone(),
        max_session_duration: Some(role.max_session_seconds),
        ..shapes::Role::default()
    })
}

/// The role as `CreateRole` answers it: what was given, without the longest session and last use.
///
/// # Errors
/// The store fails.
pub async fn created(tx: &mut Tx, role: &IamRole) -> Result<shapes::Role, Fault> {
    Ok(shapes::Role {
        max_session_duration: None,
        permissions_boundary: boundary::shown(role.boundary_arn.as_deref()),
        tags: tags::shown(&role.tags)?,
        ..listed(tx, role).await?
    })
}

/// The role as `GetRole` answers it, with its last use, which is empty when there was none.
///
/// # Errors
/// The store fails.
pub async fn described(tx: &mut Tx, cx: &Cx, role: &IamRole) -> Result<shapes::Role, Fault> {
    Ok(shapes::Role {
        max_session_duration: Some(role.max_session_seconds),
        role_last_used: Some(last_used(tx, cx, role).await?),
        ..created(tx, role).await?
    })
}

/// When a session of the role last made a call.
///
/// # Errors
/// The store fails.
pub async fn last_used(tx: &mut Tx, cx: &Cx, role: &IamRole) -> Result<shapes::RoleLastUsed, Fault> {
    let used = last_use::find(tx, cx, role.id.as_str()).await?;
    Ok(used.map_or_else(shapes::RoleLastUsed::default, |used| shapes::RoleLastUsed {
        last_used_date: Some(used.used_ms.millis()),
        region: Some(used.region),
    }))
}
