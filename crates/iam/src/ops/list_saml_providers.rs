//! ListSAMLProviders: all SAML providers of the account; there are no pages.

use crate::quota;
use contract::Fault;
use model::iam::shapes::{ListSAMLProvidersRequest, ListSAMLProvidersResponse, SAMLProviderListEntry};
use service::Cx;
use store::table::iam_saml_providers;

/// ARN and dates of each.
///
/// # Errors
/// The store fails.
pub async fn run(cx: &Cx, _: ListSAMLProvidersRequest) -> Result<ListSAMLProvidersResponse, Fault> {
    let list =
        async |tx: &mut store::Tx| Ok(iam_saml_providers::list(tx, cx.account(), "", quota::SAML_PROVIDERS).await?);
    let entries = cx.read(list).await?.into_iter().map(|row| SAMLProviderListEntry {
        arn: Some(row.arn),
        valid_until: Some(row.valid_until_ms.millis()),
        create_date: Some(row.created_ms.millis()),
    });
    Ok(ListSAMLProvidersResponse { saml_provider_list: Some(entries.collect()) })
}
