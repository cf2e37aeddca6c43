//! Managed policies attached to one role, user or group.

use crate::managed_policy::{self, PolicyArn};
use crate::owner::Owner;
use crate::page::{Page, Paged};
use crate::quota;
use contract::Fault;
use domain::Timestamp;
use domain::new_id::stable_uuid;
use model::iam::{error, shapes::AttachedPolicy};
use store::Tx;
use store::table::iam_attachments::{self, Attachment};

/// More attachments than the quota lets anyone have.
const ALL: i64 = 100;

/// Attaches a policy; once attached, attaching it again changes nothing (spec/sts-and-iam.md C8).
///
/// # Errors
/// `LimitExceeded` when the owner has as many as it may.
pub async fn attach(tx: &mut Tx, owner: &Owner, policy: &PolicyArn, now: Timestamp) -> Result<(), Fault> {
    let attached = all(tx, owner).await?;
    if attached.iter().any(|row| row.policy_arn == policy.as_str()) {
        return Ok(());
    }
    if attached.len() >= quota::ATTACHED_POLICIES {
        return Err(quota::exceeded(owner.attachments_quota(), quota::ATTACHED_POLICIES));
    }
    let row = Attachment {
        account_id: owner.account.clone(),
        owner_kind: owner.kind,
        owner_id: owner.id.clone(),
        policy_arn: policy.as_str().to_owned(),
        attached_ms: now,
    };
    iam_attachments::insert(tx, &row).await?;
    Ok(tx.touch_catalog().await?)
}

/// Detaches a policy.
///
/// # Errors
/// `NoSuchEntity` when it is not attached.
pub async fn detach(tx: &mut Tx, owner: &Owner, policy: &PolicyArn) -> Result<(), Fault> {
    if !iam_attachments::delete(tx, &owner.account, owner.kind, &owner.id, policy.as_str()).await? {
        return Err(managed_policy::not_found(policy));
    }
    Ok(tx.touch_catalog().await?)
}

/// The attached policies under a path.
///
/// # Errors
/// The store fails.
pub async fn list(
    tx: &mut Tx,
    owner: &Owner,
    path_prefix: Option<&str>,
    page: &Page,
) -> Result<Paged<AttachedPolicy>, Fault> {
    let mut policies = Vec::new();
    for row in all(tx, owner).await? {
        let arn = PolicyArn::parse(&row.policy_arn).map_err(Fault::internal)?;
        if arn.path().starts_with(path_prefix.unwrap_or("/")) {
            policies.push(arn);
        }
    }
    // By name; two policies of one name (AWS's and the customer's) are told apart by a digest, because an ARN may be
    // longer than a marker.
    let key = |arn: &PolicyArn| format!("{}\n{}", arn.name(), stable_uuid(&[0; 32], arn.as_str()));
    Ok(page.slice(policies, key).map(shown))
}

/// All of them.
///
/// # Errors
/// The store fails.
pub async fn all(tx: &mut Tx, owner: &Owner) -> Result<Vec<Attachment>, Fault> {
    Ok(iam_attachments::list(tx, &owner.account, owner.kind, &owner.id, "", ALL).await?)
}

/// As replies carry it.
pub fn shown(arn: PolicyArn) -> AttachedPolicy {
    AttachedPolicy { policy_name: Some(arn.name().to_owned()), policy_arn: Some(arn.as_str().to_owned()) }
}

/// The owner has neither inline nor attached policies, so it may be deleted.
///
/// # Errors
/// `DeleteConflict`.
pub async fn demand_none(tx: &mut Tx, owner: &Owner) -> Result<(), Fault> {
    if !all(tx, owner).await?.is_empty() {
        return Err(error::delete_conflict("Cannot delete entity, must detach all policies first."));
    }
    if !crate::inline_policy::all(tx, owner).await?.is_empty() {
        return Err(error::delete_conflict("Cannot delete entity, must delete policies first."));
    }
    Ok(())
}
