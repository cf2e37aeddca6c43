//! ListIdentities: the identities of a pool, by id.

use crate::page::Page;
use crate::{identity, pool};
use contract::Fault;
use model::cognito_identity::{ListIdentitiesInput, ListIdentitiesResponse};
use service::Cx;
use store::table::identities;

/// Answers one page; disabled identities are on it unless `HideDisabled`.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException`: the token is not one of this listing.
pub async fn run(cx: &Cx, input: ListIdentitiesInput) -> Result<ListIdentitiesResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let hide_disabled = input.hide_disabled.unwrap_or(false);
    let scope = format!("identities {} {hide_disabled}", pool.id);
    let page = Page::of(cx, scope, input.max_results, input.next_token.as_deref())?;
    let read = cx
        .read_one(async |tx| Ok(identities::summaries(tx, &pool.id, hide_disabled, &page.after, page.fetch()).await?));
    let mut rows = read.await?;
    let next_token = page.cut(cx, &mut rows, |row| row.id.as_str())?;
    let descriptions = rows.into_iter().map(identity::description).collect();
    Ok(ListIdentitiesResponse {
        identity_pool_id: Some(pool.id.to_string()),
        identities: Some(descriptions),
        next_token,
    })
}
