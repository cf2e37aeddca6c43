//! RemoveRoleFromInstanceProfile: takes the role out of an instance profile.

use crate::{instance_profile, role, service_linked};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::RemoveRoleFromInstanceProfileRequest;
use service::Cx;
use store::table::iam_instance_profiles::{self, InstanceProfile};

/// Finds both, and takes the role out.
///
/// # Errors
/// `NoSuchEntity`, also when the role is not in the profile; `UnmodifiableEntity`.
pub async fn run(cx: &Cx, input: RemoveRoleFromInstanceProfileRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let profile = instance_profile::find(tx, cx.account(), &input.instance_profile_name).await?;
        let role = role::find(tx, cx.account(), &input.role_name).await?;
        service_linked::demand_modifiable(&role)?;
        if profile.role_id.as_ref() != Some(&role.id) {
            let (role, profile) = (role.name, profile.name);
            let message = format!("Role {role} in instance profile {profile} cannot be found.");
            return Err(error::no_such_entity(message));
        }
        iam_instance_profiles::update(tx, &InstanceProfile { role_id: None, ..profile }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
