//! ListAccountAliases: the account's alias, if it has one.

use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListAccountAliasesRequest, ListAccountAliasesResponse};
use service::Cx;
use store::table::iam_accounts;

/// A list of one at most.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListAccountAliasesRequest) -> Result<ListAccountAliasesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let row = cx.read(async |tx| Ok(iam_accounts::find(tx, cx.account()).await?)).await?;
    let aliases = page.slice(row.alias.into_iter().collect(), String::clone);
    Ok(ListAccountAliasesResponse {
        account_aliases: aliases.items,
        is_truncated: aliases.is_truncated,
        marker: aliases.marker,
    })
}
