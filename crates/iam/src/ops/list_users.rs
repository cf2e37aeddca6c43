//! ListUsers: the users under a path, by name.

use crate::page::Page;
use crate::user;
use contract::Fault;
use model::iam::shapes::{ListUsersRequest, ListUsersResponse};
use service::Cx;
use store::table::iam_users;

/// One page of users.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListUsersRequest) -> Result<ListUsersResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let path_prefix = input.path_prefix.as_deref().unwrap_or("/");
    let found = cx.read(async |tx| {
        page.fill(
            async |after, limit| Ok(iam_users::list(tx, cx.account(), after, limit).await?),
            |row| row.name_key.clone(),
            |row| row.path.starts_with(path_prefix),
        )
        .await
    });
    let rows = page.cut(found.await?, |row| row.name_key.clone());
    let users = rows.items.iter().map(user::listed).collect();
    Ok(ListUsersResponse { users, is_truncated: rows.is_truncated, marker: rows.marker })
}
