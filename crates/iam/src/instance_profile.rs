//! Instance profiles: found by name, shown as replies carry them.

use crate::{name, role, tags};
use contract::Fault;
use domain::AccountId;
use model::iam::{error, shapes};
use store::Tx;
use store::table::iam_instance_profiles::{self, InstanceProfile};
use store::table::iam_roles;

/// The profile of this name, spelled as created.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, profile_name: &str) -> Result<InstanceProfile, Fault> {
    let found = iam_instance_profiles::find(tx, account, &name::key(profile_name)).await?;
    found
        .filter(|profile| profile.name == profile_name)
        .ok_or_else(|| error::no_such_entity(format!("Instance Profile {profile_name} cannot be found.")))
}

/// Writes the profile with other tags.
///
/// # Errors
/// `NoSuchEntity`, or what `change` refuses.
pub async fn change_tags(
    tx: &mut Tx,
    account: &AccountId,
    profile_name: &str,
    change: impl FnOnce(&str) -> Result<String, Fault>,
) -> Result<(), Fault> {
    let found = find(tx, account, profile_name).await?;
    let tags = change(&found.tags)?;
    iam_instance_profiles::update(tx, &InstanceProfile { tags, ..found }).await?;
    Ok(tx.touch_catalog().await?)
}

/// The profile as lists show it: with its role whole, without tags.
///
/// # Errors
/// The store fails.
pub async fn listed(tx: &mut Tx, profile: &InstanceProfile) -> Result<shapes::InstanceProfile, Fault> {
    let found = match &profile.role_id {
        Some(id) => iam_roles::find_by_id(tx, id).await?,
        None => None,
    };
    let roles = match found {
        Some(found) => vec![role::listed(tx, &found).await?],
        None => Vec::new(),
    };
    Ok(shapes::InstanceProfile {
        path: profile.path.clone(),
        instance_profile_name: profile.name.clone(),
        instance_profile_id: profile.id.clone(),
        arn: name::arn(&profile.account_id, "instance-profile", &profile.path, &profile.name),
        create_date: profile.created_ms.millis(),
        roles,
        tags: None,
    })
}

/// The profile as `CreateInstanceProfile` and `GetInstanceProfile` answer it.
///
/// # Errors
/// The store fails, or the stored tags do not parse.
pub async fn described(tx: &mut Tx, profile: &InstanceProfile) -> Result<shapes::InstanceProfile, Fault> {
    Ok(shapes::InstanceProfile { tags: tags::shown(&profile.tags)?, ..listed(tx, profile).await? })
}
