//! CreateInstanceProfile: what a machine will carry a role in; empty at first.

use crate::{instance_profile, name, quota, tags};
use contract::Fault;
use domain::new_id::{EntityKind, entity_id};
use model::iam::error;
use model::iam::shapes::{CreateInstanceProfileRequest, CreateInstanceProfileResponse};
use service::Cx;
use store::table::iam_instance_profiles::{self, InstanceProfile};

/// Keeps the profile, if its name is free.
///
/// # Errors
/// `EntityAlreadyExists`, `LimitExceeded`, `InvalidInput`.
pub async fn run(cx: &Cx, input: CreateInstanceProfileRequest) -> Result<CreateInstanceProfileResponse, Fault> {
    let profile = InstanceProfile {
        account_id: cx.account().clone(),
        name_key: name::key(&input.instance_profile_name),
        name: input.instance_profile_name,
        id: entity_id(EntityKind::InstanceProfile, cx.random()),
        path: name::path(input.path),
        role_id: None,
        tags: tags::store(input.tags.as_deref())?,
        created_ms: cx.now(),
    };
    cx.write(async |tx| {
        if !iam_instance_profiles::insert(tx, &profile).await? {
            return Err(error::entity_already_exists(format!("Instance Profile {} already exists.", profile.name)));
        }
        if iam_instance_profiles::count(tx, cx.account()).await? > quota::INSTANCE_PROFILES {
            return Err(quota::exceeded("InstanceProfilesPerAccount", quota::INSTANCE_PROFILES));
        }
        tx.touch_catalog().await?;
        Ok(CreateInstanceProfileResponse { instance_profile: instance_profile::described(tx, &profile).await? })
    })
    .await
}
