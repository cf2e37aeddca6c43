//! AdminListGroupsForUser: the groups a user is in, by name.

use crate::page::Page;
use crate::{fault, group, pool, user};
use contract::Fault;
use model::cognito_idp::{AdminListGroupsForUserRequest, AdminListGroupsForUserResponse};
use service::Cx;
use store::table::group_members;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or user, or the token is not one of this listing.
pub async fn run(cx: &Cx, input: AdminListGroupsForUserRequest) -> Result<AdminListGroupsForUserResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let scope = ["AdminListGroupsForUser", pool.id.as_str(), &input.username];
    let page = Page::of(cx, &scope, input.limit, input.next_token.as_deref())?;
    let after = page.after(0).unwrap_or_default();
    let rows = cx
        .read(async |tx| {
            let user = user::find(tx, &pool, &input.username).await?.ok_or_else(fault::no_such_user)?;
            Ok(group_members::groups_of(tx, &pool.id, &user.sub, after, page.fetch()).await?)
        })
        .await?;
    let (rows, next_token) = page.cut(cx, rows, |row| vec![row.name.clone()])?;
    Ok(AdminListGroupsForUserResponse { groups: Some(rows.into_iter().map(group::shape).collect()), next_token })
}
