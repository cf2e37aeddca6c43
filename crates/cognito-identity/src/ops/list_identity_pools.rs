//! ListIdentityPools: the pools of the account in this region, by id.

use crate::page::Page;
use contract::Fault;
use model::cognito_identity::{IdentityPoolShortDescription, ListIdentityPoolsInput, ListIdentityPoolsResponse};
use service::Cx;
use store::table::identity_pools;

/// Answers one page.
///
/// # Errors
/// `InvalidParameterException`: the token is not one of this listing.
pub async fn run(cx: &Cx, input: ListIdentityPoolsInput) -> Result<ListIdentityPoolsResponse, Fault> {
    let (account, region) = (cx.account(), cx.region());
    let scope = format!("identity-pools {account} {region}");
    let page = Page::of(cx, scope, input.max_results, input.next_token.as_deref())?;
    let mut rows =
        cx.read(async |tx| Ok(identity_pools::list(tx, account, region, &page.after, page.fetch()).await?)).await?;
    let next_token = page.cut(cx, &mut rows, |row| row.id.as_str())?;
    let short = |row: identity_pools::IdentityPool| IdentityPoolShortDescription {
        identity_pool_id: Some(row.id.to_string()),
        identity_pool_name: Some(row.name),
    };
    Ok(ListIdentityPoolsResponse { identity_pools: Some(rows.into_iter().map(short).collect()), next_token })
}
