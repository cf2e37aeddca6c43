//! ListEntitiesForPolicy: who has a managed policy attached, and whom it bounds.

use crate::managed_policy::{self, PolicyArn};
use crate::owner::OwnerKind;
use crate::page::Page;
use contract::Fault;
use domain::{AccountId, IamUserId, RoleId};
use model::iam::enums::{entity_type, policy_usage_type};
use model::iam::shapes::{
    ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup, PolicyRole, PolicyUser,
};
use service::Cx;
use std::collections::BTreeMap;
use store::Tx;
use store::table::{iam_attachments, iam_groups, iam_roles, iam_users};

/// More entities than the quotas let an account have.
const ALL: i64 = 20_000;

/// An entity that uses the policy.
struct Entity {
    kind: OwnerKind,
    name: String,
    path: String,
}

/// Finds the policy and one page of its users, groups and roles together.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN or the marker.
pub async fn run(cx: &Cx, input: ListEntitiesForPolicyRequest) -> Result<ListEntitiesForPolicyResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let arn = PolicyArn::parse(&input.policy_arn)?;
    let usage = input.policy_usage_filter.as_deref();
    let found = cx.read(async |tx| {
        managed_policy::find(tx, cx.account(), &arn).await?;
        let mut entities = BTreeMap::new();
        if usage != Some(policy_usage_type::PERMISSIONS_BOUNDARY) {
            attached(tx, cx.account(), &arn, &mut entities).await?;
        }
        if usage != Some(policy_usage_type::PERMISSIONS_POLICY) {
            bounded(tx, cx.account(), &arn, &mut entities).await?;
        }
        Ok(entities)
    });
    let mut entities = found.await?;
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    entities.retain(|_, entity| {
        entity.path.starts_with(prefix) && input.entity_filter.as_deref().is_none_or(|kind| kind == word(entity.kind))
    });
    Ok(answer(page.slice(entities.into_iter().collect(), |(id, _)| id.clone())))
}

async fn attached(
    tx: &mut Tx,
    account: &AccountId,
    arn: &PolicyArn,
    entities: &mut BTreeMap<String, Entity>,
) -> Result<(), Fault> {
    for row in iam_attachments::list_of_policy(tx, account, arn.as_str(), "", ALL).await? {
        let id = row.owner_id;
        let found = match row.owner_kind {
            OwnerKind::User => {
                iam_users::find_by_id(tx, &IamUserId::from(id.as_str())).await?.map(|row| (row.name, row.path))
            }
            OwnerKind::Role => {
                iam_roles::find_by_id(tx, &RoleId::from(id.as_str())).await?.map(|row| (row.name, row.path))
            }
            OwnerKind::Group => iam_groups::find_by_id(tx, &id).await?.map(|row| (row.name, row.path)),
            OwnerKind::Root => None,
        };
        if let Some((name, path)) = found {
            entities.insert(id, Entity { kind: row.owner_kind, name, path });
        }
    }
    Ok(())
}

async fn bounded(
    tx: &mut Tx,
    account: &AccountId,
    arn: &PolicyArn,
    entities: &mut BTreeMap<String, Entity>,
) -> Result<(), Fault> {
    for row in iam_users::list_bounded_by(tx, account, arn.as_str(), "", ALL).await? {
        entities.insert(row.id.to_string(), Entity { kind: OwnerKind::User, name: row.name, path: row.path });
    }
    for row in iam_roles::list_bounded_by(tx, account, arn.as_str(), "", ALL).await? {
        entities.insert(row.id.to_string(), Entity { kind: OwnerKind::Role, name: row.name, path: row.path });
    }
    Ok(())
}

fn word(kind: OwnerKind) -> &'static str {
    match kind {
        OwnerKind::Role => entity_type::ROLE,
        OwnerKind::Group => entity_type::GROUP,
        OwnerKind::User | OwnerKind::Root => entity_type::USER,
    }
}

fn answer(page: crate::page::Paged<(String, Entity)>) -> ListEntitiesForPolicyResponse {
    let (mut users, mut groups, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for (id, entity) in page.items {
        let (id, name) = (Some(id), Some(entity.name));
        match entity.kind {
            OwnerKind::Role => roles.push(PolicyRole { role_name: name, role_id: id }),
            OwnerKind::Group => groups.push(PolicyGroup { group_name: name, group_id: id }),
            OwnerKind::User | OwnerKind::Root => users.push(PolicyUser { user_name: name, user_id: id }),
        }
    }
    ListEntitiesForPolicyResponse {
        policy_groups: Some(groups),
        policy_users: Some(users),
        policy_roles: Some(roles),
        is_truncated: page.is_truncated,
        marker: page.marker,
    }
}
