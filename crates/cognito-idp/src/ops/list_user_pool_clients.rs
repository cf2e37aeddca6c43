//! ListUserPoolClients: the app clients of a pool, by id.

use crate::page::Page;
use crate::{fault, pool};
use contract::Fault;
use model::cognito_idp::{ListUserPoolClientsRequest, ListUserPoolClientsResponse, UserPoolClientDescription};
use service::Cx;
use store::table::user_pool_clients;

/// Runs the operation.
///
/// # Errors
/// There is no such pool, or the token is not one of this listing.
pub async fn run(cx: &Cx, input: ListUserPoolClientsRequest) -> Result<ListUserPoolClientsResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    if input.client_type.is_some() {
        return Err(fault::not_yet("types of app clients"));
    }
    let scope = ["ListUserPoolClients", pool.id.as_str()];
    let page = Page::of(cx, &scope, input.max_results, input.next_token.as_deref())?;
    let after = page.after(0).unwrap_or_default();
    let rows = cx.read(async |tx| Ok(user_pool_clients::list(tx, &pool.id, after, page.fetch()).await?)).await?;
    let (rows, next_token) = page.cut(cx, rows, |row| vec![row.id.to_string()])?;
    let clients = rows.into_iter().map(|row| UserPoolClientDescription {
        client_id: Some(row.id.to_string()),
        user_pool_id: Some(row.pool_id.to_string()),
        client_name: Some(row.name),
    });
    Ok(ListUserPoolClientsResponse { user_pool_clients: Some(clients.collect()), next_token })
}
