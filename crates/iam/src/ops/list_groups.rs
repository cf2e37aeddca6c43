//! ListGroups: the groups under a path, by name.

use crate::group;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListGroupsRequest, ListGroupsResponse};
use service::Cx;
use store::table::iam_groups;

/// One page of groups.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListGroupsRequest) -> Result<ListGroupsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let path_prefix = input.path_prefix.as_deref().unwrap_or("/");
    let found = cx.read(async |tx| {
        page.fill(
            async |after, limit| Ok(iam_groups::list(tx, cx.account(), after, limit).await?),
            |row| row.name_key.clone(),
            |row| row.path.starts_with(path_prefix),
        )
        .await
    });
    let rows = page.cut(found.await?, |row| row.name_key.clone());
    let groups = rows.items.iter().map(group::shown).collect();
    Ok(ListGroupsResponse { groups, is_truncated: rows.is_truncated, marker: rows.marker })
}
