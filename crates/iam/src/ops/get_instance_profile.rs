//! GetInstanceProfile: one instance profile, with its role.

use crate::instance_profile;
use contract::Fault;
use model::iam::shapes::{GetInstanceProfileRequest, GetInstanceProfileResponse};
use service::Cx;

/// Finds the profile.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: GetInstanceProfileRequest) -> Result<GetInstanceProfileResponse, Fault> {
    cx.read(async |tx| {
        let found = instance_profile::find(tx, cx.account(), &input.instance_profile_name).await?;
        Ok(GetInstanceProfileResponse { instance_profile: instance_profile::described(tx, &found).await? })
    })
    .await
}
