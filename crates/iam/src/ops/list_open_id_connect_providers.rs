//! ListOpenIDConnectProviders: all OpenID Connect providers of the account; there are no pages.

use crate::quota;
use contract::Fault;
use model::iam::shapes::{
    ListOpenIDConnectProvidersRequest, ListOpenIDConnectProvidersResponse, OpenIDConnectProviderListEntry,
};
use service::Cx;
use store::table::iam_oidc_providers;

/// The ARN of each.
///
/// # Errors
/// The store fails.
pub async fn run(cx: &Cx, _: ListOpenIDConnectProvidersRequest) -> Result<ListOpenIDConnectProvidersResponse, Fault> {
    let list =
        async |tx: &mut store::Tx| Ok(iam_oidc_providers::list(tx, cx.account(), "", quota::OIDC_PROVIDERS).await?);
    let entries = cx.read(list).await?.into_iter().map(|row| OpenIDConnectProviderListEntry { arn: Some(row.arn) });
    Ok(ListOpenIDConnectProvidersResponse { open_id_connect_provider_list: Some(entries.collect()) })
}
