//! Everything about one entity at once, as GetAccountAuthorizationDetails shows it.

use crate::managed_policy::{ManagedPolicy, PolicyArn, Usage};
use crate::owner::{Owner, OwnerKind};
use crate::{attachment, boundary, document, group, inline_policy, name, policy_version, role, tags, trust, user};
use contract::Fault;
use model::iam::shapes::{
    AttachedPolicy, GroupDetail, InstanceProfile, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail,
};
use service::Cx;
use store::Tx;
use store::table::iam_groups::{self, IamGroup};
use store::table::iam_instance_profiles;
use store::table::iam_roles::IamRole;
use store::table::iam_users::IamUser;

/// More than any quota allows.
const ALL: i64 = 1000;

/// A user with its policies and groups.
///
/// # Errors
/// The store fails.
pub async fn of_user(tx: &mut Tx, row: &IamUser) -> Result<UserDetail, Fault> {
    let owner = Owner {
        account: row.account_id.clone(),
        kind: OwnerKind::User,
        id: row.id.to_string(),
        name: row.name.clone(),
    };
    let groups = iam_groups::list_of_user(tx, &row.account_id, &row.id, "", ALL).await?;
    Ok(UserDetail {
        path: Some(row.path.clone()),
        user_name: Some(row.name.clone()),
        user_id: Some(row.id.to_string()),
        arn: Some(user::arn(row)),
        create_date: Some(row.created_ms.millis()),
        user_policy_list: Some(inline(tx, &owner).await?),
        group_list: Some(groups.into_iter().map(|group| group.name).collect()),
        attached_managed_policies: Some(attached(tx, &owner).await?),
        permissions_boundary: boundary::shown(row.boundary_arn.as_deref()),
        tags: Some(tags::list(&row.tags)?),
    })
}

/// A group with its policies.
///
/// # Errors
/// The store fails.
pub async fn of_group(tx: &mut Tx, row: &IamGroup) -> Result<GroupDetail, Fault> {
    let owner =
        Owner { account: row.account_id.clone(), kind: OwnerKind::Group, id: row.id.clone(), name: row.name.clone() };
    let shown = group::shown(row);
    Ok(GroupDetail {
        path: Some(shown.path),
        group_name: Some(shown.group_name),
        group_id: Some(shown.group_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        group_policy_list: Some(inline(tx, &owner).await?),
        attached_managed_policies: Some(attached(tx, &owner).await?),
    })
}

/// A role with its trust, policies and instance profiles; without its longest session (spec/sts-and-iam.md C8).
///
/// # Errors
/// The store fails.
pub async fn of_role(tx: &mut Tx, cx: &Cx, row: &IamRole) -> Result<RoleDetail, Fault> {
    let owner = Owner {
        account: row.account_id.clone(),
        kind: OwnerKind::Role,
        id: row.id.to_string(),
        name: row.name.clone(),
    };
    Ok(RoleDetail {
        path: Some(row.path.clone()),
        role_name: Some(row.name.clone()),
        role_id: Some(row.id.to_string()),
        arn: Some(role::arn(row)),
        create_date: Some(row.created_ms.millis()),
        assume_role_policy_document: Some(document::encode(&trust::shown(tx, &row.trust).await?)),
        instance_profile_list: Some(instance_profiles(tx, row).await?),
        role_policy_list: Some(inline(tx, &owner).await?),
        attached_managed_policies: Some(attached(tx, &owner).await?),
        permissions_boundary: boundary::shown(row.boundary_arn.as_deref()),
        tags: Some(tags::list(&row.tags)?),
        role_last_used: Some(role::last_used(tx, cx, row).await?),
    })
}

/// A managed policy with the documents of all its versions.
///
/// # Errors
/// The store fails.
pub async fn of_policy(tx: &mut Tx, policy: &ManagedPolicy, usage: Usage) -> Result<ManagedPolicyDetail, Fault> {
    let arn = PolicyArn::parse(&policy.arn())?;
    let mut versions = Vec::new();
    for version in policy_version::all(tx, policy).await? {
        let id = version.version_id.unwrap_or_default();
        versions.push(policy_version::described(tx, policy, &arn, &id).await?);
    }
    let shown = policy.described(usage)?;
    Ok(ManagedPolicyDetail {
        policy_name: shown.policy_name,
        policy_id: shown.policy_id,
        arn: shown.arn,
        path: shown.path,
        default_version_id: shown.default_version_id,
        attachment_count: shown.attachment_count,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        is_attachable: shown.is_attachable,
        description: shown.description,
        create_date: shown.create_date,
        update_date: shown.update_date,
        policy_version_list: Some(versions),
    })
}

async fn inline(tx: &mut Tx, owner: &Owner) -> Result<Vec<PolicyDetail>, Fault> {
    let policies = inline_policy::all(tx, owner).await?;
    let shown = policies.into_iter().map(|policy| PolicyDetail {
        policy_document: Some(document::encode(&policy.document)),
        policy_name: Some(policy.name),
    });
    Ok(shown.collect())
}

async fn attached(tx: &mut Tx, owner: &Owner) -> Result<Vec<AttachedPolicy>, Fault> {
    let rows = attachment::all(tx, owner).await?;
    rows.into_iter().map(|row| Ok(attachment::shown(PolicyArn::parse(&row.policy_arn)?))).collect()
}

async fn instance_profiles(tx: &mut Tx, row: &IamRole) -> Result<Vec<InstanceProfile>, Fault> {
    let mut profiles = Vec::new();
    for profile in iam_instance_profiles::list_of_role(tx, &row.account_id, &row.id, "", ALL).await? {
        profiles.push(InstanceProfile {
            arn: name::arn(&profile.account_id, "instance-profile", &profile.path, &profile.name),
            path: profile.path,
            instance_profile_name: profile.name,
            instance_profile_id: profile.id,
            create_date: profile.created_ms.millis(),
            roles: vec![role::listed(tx, row).await?],
            tags: tags::shown(&profile.tags)?,
        });
    }
    Ok(profiles)
}
