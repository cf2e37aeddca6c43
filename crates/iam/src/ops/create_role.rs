//! CreateRole: a role with its trust policy.

use crate::owner::OwnerKind;
use crate::{boundary, name, quota, role, service_linked, tags, trust};
use contract::Fault;
use domain::RoleId;
use domain::new_id::{EntityKind, entity_id};
use model::iam::error;
use model::iam::shapes::{CreateRoleRequest, CreateRoleResponse};
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// The longest session when MaxSessionDuration is absent, in seconds (spec/sts-and-iam.md C2).
const MAX_SESSION_SECONDS: i64 = 3600;

/// Checks the trust policy, then whether the name is free, and keeps the role.
///
/// # Errors
/// `MalformedPolicyDocument`, `EntityAlreadyExists`, `LimitExceeded`, `InvalidInput`.
pub async fn run(cx: &Cx, input: CreateRoleRequest) -> Result<CreateRoleResponse, Fault> {
    service_linked::demand_free_path(input.path.as_deref().unwrap_or("/"))?;
    let tags = tags::store(input.tags.as_deref())?;
    let id = RoleId::from(entity_id(EntityKind::Role, cx.random()));
    let account = cx.account();
    cx.write(async |tx| {
        let trust = trust::bound(tx, account, &input.assume_role_policy_document).await?;
        if let Some(arn) = &input.permissions_boundary {
            boundary::demand(tx, cx.account(), arn, OwnerKind::Role).await?;
        }
        let row = IamRole {
            account_id: account.clone(),
            name_key: name::key(&input.role_name),
            name: input.role_name.clone(),
            id: id.clone(),
            path: name::path(input.path.clone()),
            trust,
            description: input.description.clone(),
            max_session_seconds: input.max_session_duration.unwrap_or(MAX_SESSION_SECONDS),
            boundary_arn: input.permissions_boundary.clone(),
            tags: tags.clone(),
            created_ms: cx.now(),
        };
        if !iam_roles::insert(tx, &row).await? {
            return Err(error::entity_already_exists(format!("Role with name {} already exists.", input.role_name)));
        }
        if iam_roles::count(tx, account).await? > quota::ROLES {
            return Err(quota::exceeded("RolesPerAccount", quota::ROLES));
        }
        tx.touch_catalog().await?;
        Ok(CreateRoleResponse { role: role::created(tx, &row).await? })
    })
    .await
}
