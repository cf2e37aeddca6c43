//! AddRoleToInstanceProfile: puts a role into an empty instance profile.

use crate::{instance_profile, name, quota, role, service_linked};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::AddRoleToInstanceProfileRequest;
use service::Cx;
use store::table::iam_instance_profiles::{self, InstanceProfile};

/// Finds both, and puts the role in. The caller must be allowed to pass the role on.
///
/// # Errors
/// `NoSuchEntity`, `UnmodifiableEntity`; `LimitExceeded`: a role is in it already; `AccessDenied`.
pub async fn run(cx: &Cx, input: AddRoleToInstanceProfileRequest) -> Result<(), Fault> {
    demand_pass_role(cx, &input.role_name).await?;
    cx.write(async |tx| {
        let profile = instance_profile::find(tx, cx.account(), &input.instance_profile_name).await?;
        let role = role::find(tx, cx.account(), &input.role_name).await?;
        service_linked::demand_modifiable(&role)?;
        if profile.role_id.is_some() {
            return Err(quota::exceeded("InstanceSessionsPerInstanceProfile", 1));
        }
        iam_instance_profiles::update(tx, &InstanceProfile { role_id: Some(role.id), ..profile }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}

/// Who puts a role on a machine gives the machine its permissions.
async fn demand_pass_role(cx: &Cx, role_name: &str) -> Result<(), Fault> {
    // A role that is not there is asked about all the same, so that asking reveals nothing.
    let arn = match cx.node.gate.role(cx.account(), role_name).await? {
        Some(role) => role.arn(),
        None => name::arn(cx.account(), "role", "/", role_name),
    };
    cx.may_pass_role(&arn, "ec2.amazonaws.com").await?.map_err(error::access_denied)
}
