//! ListUsersInGroup: the members of a group, by `sub`.

use crate::page::Page;
use crate::{fault, pool, user};
use contract::Fault;
use model::cognito_idp::{ListUsersInGroupRequest, ListUsersInGroupResponse};
use service::Cx;
use store::table::{group_members, groups};

/// Runs the operation.
///
/// # Errors
/// There is no such pool or group, or the token is not one of this listing.
pub async fn run(cx: &Cx, input: ListUsersInGroupRequest) -> Result<ListUsersInGroupResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let scope = ["ListUsersInGroup", pool.id.as_str(), &input.group_name];
    let page = Page::of(cx, &scope, input.limit, input.next_token.as_deref())?;
    let after = page.after(0).unwrap_or_default();
    let rows = cx
        .read(async |tx| {
            groups::find(tx, &pool.id, &input.group_name).await?.ok_or_else(fault::no_such_group)?;
            Ok(group_members::users_in(tx, &pool.id, &input.group_name, after, page.fetch()).await?)
        })
        .await?;
    let (rows, next_token) = page.cut(cx, rows, |row| vec![row.sub.to_string()])?;
    let users = rows.iter().map(|row| user::shape(row, None)).collect::<Result<_, _>>()?;
    Ok(ListUsersInGroupResponse { users: Some(users), next_token })
}
