//! ListGroupsForUser: the groups that a user is in.

use crate::page::Page;
use crate::{group, user};
use contract::Fault;
use model::iam::shapes::{ListGroupsForUserRequest, ListGroupsForUserResponse};
use service::Cx;
use store::table::iam_groups;

/// More groups than the quota lets a user be in.
const ALL: i64 = 100;

/// Finds the user and one page of its groups, by name.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListGroupsForUserRequest) -> Result<ListGroupsForUserResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let user = user::find(tx, cx.account(), &input.user_name).await?;
        Ok(iam_groups::list_of_user(tx, cx.account(), &user.id, "", ALL).await?)
    });
    let groups = page.slice(found.await?, |row| row.name_key.clone()).map(|row| group::shown(&row));
    Ok(ListGroupsForUserResponse { groups: groups.items, is_truncated: groups.is_truncated, marker: groups.marker })
}
