//! ListGroups: the groups of a pool, by name.

use crate::page::Page;
use crate::{group, pool};
use contract::Fault;
use model::cognito_idp::{ListGroupsRequest, ListGroupsResponse};
use service::Cx;
use store::table::groups;

/// Runs the operation.
///
/// # Errors
/// There is no such pool, or the token is not one of this listing.
pub async fn run(cx: &Cx, input: ListGroupsRequest) -> Result<ListGroupsResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let page = Page::of(cx, &["ListGroups", pool.id.as_str()], input.limit, input.next_token.as_deref())?;
    let after = page.after(0).unwrap_or_default();
    let rows = cx.read(async |tx| Ok(groups::list(tx, &pool.id, after, page.fetch()).await?)).await?;
    let (rows, next_token) = page.cut(cx, rows, |row| vec![row.name.clone()])?;
    Ok(ListGroupsResponse { groups: Some(rows.into_iter().map(group::shape).collect()), next_token })
}
