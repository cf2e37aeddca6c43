//! ListAccessKeys: the long-term keys of a user, without their secrets.

use crate::access_key::Holder;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{AccessKeyMetadata, ListAccessKeysRequest, ListAccessKeysResponse};
use service::Cx;

/// Finds the user, or takes the caller, and one page of its keys.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListAccessKeysRequest) -> Result<ListAccessKeysResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    cx.read(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        let keys =
            page.slice(holder.keys(tx).await?, |key| key.access_key_id.to_string()).map(|key| AccessKeyMetadata {
                user_name: Some(holder.name.clone()),
                access_key_id: Some(key.access_key_id.to_string()),
                status: Some(key.status),
                create_date: Some(key.created_ms.millis()),
            });
        Ok(ListAccessKeysResponse {
            access_key_metadata: keys.items,
            is_truncated: keys.is_truncated,
            marker: keys.marker,
        })
    })
    .await
}
