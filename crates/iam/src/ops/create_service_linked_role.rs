//! CreateServiceLinkedRole: the role that one of AWS's services keeps in the account, with the service's own policy.

use crate::role;
use crate::service_linked::Template;
use crate::{name, quota, trust};
use contract::Fault;
use domain::RoleId;
use domain::new_id::{EntityKind, entity_id};
use model::iam::error;
use model::iam::shapes::{CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse};
use service::Cx;
use store::table::iam_access_keys::OwnerKind;
use store::table::iam_attachments::{self, Attachment};
use store::table::iam_roles::{self, IamRole};

/// The longest session, in seconds (spec/sts-and-iam.md C4).
const MAX_SESSION_SECONDS: i64 = 3600;

/// Looks the service up, keeps its role, and attaches its policy.
///
/// # Errors
/// `AccessDenied`: the service has no such role; `InvalidInput`: the name is taken, or the suffix not allowed;
/// `LimitExceeded`.
pub async fn run(cx: &Cx, input: CreateServiceLinkedRoleRequest) -> Result<CreateServiceLinkedRoleResponse, Fault> {
    let template = Template::of(&input.aws_service_name)?;
    let role_name = template.name(input.custom_suffix.as_deref())?;
    if role_name.len() > NAME_MOST {
        return Err(error::invalid_input(format!("The role name {role_name} is longer than {NAME_MOST} characters.")));
    }
    let id = RoleId::from(entity_id(EntityKind::Role, cx.random()));
    let account = cx.account();
    cx.write(async |tx| {
        let row = IamRole {
            account_id: account.clone(),
            name_key: name::key(&role_name),
            name: role_name.clone(),
            id: id.clone(),
            path: template.path(),
            trust: trust::bound(tx, account, &template.trust()).await?,
            description: input.description.clone(),
            max_session_seconds: MAX_SESSION_SECONDS,
            boundary_arn: None,
            tags: "{}".to_owned(),
            created_ms: cx.now(),
        };
        if !iam_roles::insert(tx, &row).await? {
            return Err(error::invalid_input(format!(
                "Service role name {role_name} has been taken in this account, please try a different suffix."
            )));
        }
        if iam_roles::count(tx, account).await? > quota::ROLES {
            return Err(quota::exceeded("RolesPerAccount", quota::ROLES));
        }
        let attachment = Attachment {
            account_id: account.clone(),
            owner_kind: OwnerKind::Role,
            owner_id: id.to_string(),
            policy_arn: template.policy_arn(),
            attached_ms: cx.now(),
        };
        iam_attachments::insert(tx, &attachment).await?;
        tx.touch_catalog().await?;
        Ok(CreateServiceLinkedRoleResponse { role: Some(role::created(tx, &row).await?) })
    })
    .await
}

/// The longest name of a role (spec/sts-and-iam.md C2).
const NAME_MOST: usize = 64;
