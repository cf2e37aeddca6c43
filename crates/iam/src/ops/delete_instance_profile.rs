//! DeleteInstanceProfile: removes an instance profile that no role is in.

use crate::{instance_profile, name};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeleteInstanceProfileRequest;
use service::Cx;
use store::table::iam_instance_profiles;

/// Finds the profile, looks whether it is empty, removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteInstanceProfileRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = instance_profile::find(tx, cx.account(), &input.instance_profile_name).await?;
        if found.role_id.is_some() {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(error::delete_conflict(message));
        }
        iam_instance_profiles::delete(tx, cx.account(), &name::key(&found.name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
