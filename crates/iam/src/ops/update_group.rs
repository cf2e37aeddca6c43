//! UpdateGroup: another name or path for a group; who is in it stays.

use crate::{group, name, permission};
use contract::Fault;
use model::iam::shapes::UpdateGroupRequest;
use service::Cx;
use store::table::iam_groups::{self, IamGroup};

/// Finds the group, sees that the new name is free, and renames it.
///
/// # Errors
/// `NoSuchEntity`, `EntityAlreadyExists`; `AccessDenied` when the caller may not do so with the group as it will be.
pub async fn run(cx: &Cx, input: UpdateGroupRequest) -> Result<(), Fault> {
    let renamed = |found: IamGroup| IamGroup {
        name_key: input.new_group_name.as_deref().map_or(found.name_key, name::key),
        name: input.new_group_name.clone().unwrap_or(found.name),
        path: input.new_path.clone().unwrap_or(found.path),
        ..found
    };
    let found = cx.read(async |tx| group::find(tx, cx.account(), &input.group_name).await).await?;
    permission::demand_on(cx, "iam:UpdateGroup", &group::shown(&renamed(found)).arn).await?;
    cx.write(async |tx| {
        let changed = renamed(group::find(tx, cx.account(), &input.group_name).await?);
        let namesake = iam_groups::find(tx, cx.account(), &changed.name_key).await?;
        if namesake.is_some_and(|other| other.id != changed.id) {
            return Err(group::taken(&changed.name));
        }
        iam_groups::update(tx, &changed).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
