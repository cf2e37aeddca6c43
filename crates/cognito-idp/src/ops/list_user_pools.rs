//! ListUserPools: the pools of the account in this region, by id.

use crate::page::Page;
use crate::pool::Pool;
use contract::Fault;
use model::cognito_idp::{ListUserPoolsRequest, ListUserPoolsResponse, UserPoolDescriptionType};
use service::Cx;
use store::table::user_pools;

/// Runs the operation.
///
/// # Errors
/// The token is not one of this listing.
pub async fn run(cx: &Cx, input: ListUserPoolsRequest) -> Result<ListUserPoolsResponse, Fault> {
    let scope = ["ListUserPools", cx.account().as_str(), cx.region().as_str()];
    let page = Page::of(cx, &scope, Some(input.max_results), input.next_token.as_deref())?;
    let after = page.after(0).unwrap_or_default();
    let rows =
        cx.read(async |tx| Ok(user_pools::list(tx, cx.account(), cx.region(), after, page.fetch()).await?)).await?;
    let (rows, next_token) = page.cut(cx, rows, |row| vec![row.id.to_string()])?;
    let pools = rows.into_iter().map(|row| Pool::from_row(row).map(describe)).collect::<Result<_, _>>()?;
    Ok(ListUserPoolsResponse { user_pools: Some(pools), next_token })
}

fn describe(pool: Pool) -> UserPoolDescriptionType {
    UserPoolDescriptionType {
        id: Some(pool.id.to_string()),
        name: Some(pool.name),
        lambda_config: pool.settings.lambda_config,
        status: None,
        last_modified_date: Some(pool.modified.millis()),
        creation_date: Some(pool.created.millis()),
        replica_regions: None,
    }
}
