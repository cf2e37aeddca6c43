//! CreateGroup: a group, without members and permissions.

use crate::{group, name, quota};
use contract::Fault;
use domain::new_id::{EntityKind, entity_id};
use model::iam::shapes::{CreateGroupRequest, CreateGroupResponse};
use service::Cx;
use store::table::iam_groups::{self, IamGroup};

/// Keeps the group, if the name is free.
///
/// # Errors
/// `EntityAlreadyExists`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: CreateGroupRequest) -> Result<CreateGroupResponse, Fault> {
    let row = IamGroup {
        account_id: cx.account().clone(),
        name_key: name::key(&input.group_name),
        name: input.group_name,
        id: entity_id(EntityKind::Group, cx.random()),
        path: name::path(input.path),
        created_ms: cx.now(),
    };
    cx.write(async |tx| {
        if !iam_groups::insert(tx, &row).await? {
            return Err(group::taken(&row.name));
        }
        if iam_groups::count(tx, cx.account()).await? > quota::GROUPS {
            return Err(quota::exceeded("GroupsPerAccount", quota::GROUPS));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    Ok(CreateGroupResponse { group: group::shown(&row) })
}
