//! GetGroup: a group and the users in it.

use crate::page::Page;
use crate::{group, user};
use contract::Fault;
use model::iam::shapes::{GetGroupRequest, GetGroupResponse};
use service::Cx;
use store::table::iam_users;

/// Finds the group and one page of its users, by name.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: GetGroupRequest) -> Result<GetGroupResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    cx.read(async |tx| {
        let found = group::find(tx, cx.account(), &input.group_name).await?;
        let rows = page
            .fill(
                async |after, limit| Ok(iam_users::list_of_group(tx, cx.account(), &found.id, after, limit).await?),
                |row| row.name_key.clone(),
                |_| true,
            )
            .await?;
        let users = page.cut(rows, |row| row.name_key.clone()).map(|row| user::listed(&row));
        Ok(GetGroupResponse {
            group: group::shown(&found),
            users: users.items,
            is_truncated: users.is_truncated,
            marker: users.marker,
        })
    })
    .await
}
