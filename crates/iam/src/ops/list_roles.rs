//! ListRoles: the roles under a path, by name.

use crate::page::Page;
use crate::role;
use contract::Fault;
use model::iam::shapes::{ListRolesRequest, ListRolesResponse};
use service::Cx;
use store::table::iam_roles;

/// One page of roles.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListRolesRequest) -> Result<ListRolesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let path_prefix = input.path_prefix.as_deref().unwrap_or("/");
    cx.read(async |tx| {
        let rows = page
            .fill(
                async |after, limit| Ok(iam_roles::list(tx, cx.account(), after, limit).await?),
                |row| row.name_key.clone(),
                |row| row.path.starts_with(path_prefix),
            )
            .await?;
        let rows = page.cut(rows, |row| row.name_key.clone());
        let mut roles = Vec::with_capacity(rows.items.len());
        for row in &rows.items {
            roles.push(role::listed(tx, row).await?);
        }
        Ok(ListRolesResponse { roles, is_truncated: rows.is_truncated, marker: rows.marker })
    })
    .await
}
