//! ListTagsForResource: the tags of a pool.

use crate::pool;
use contract::Fault;
use model::cognito_identity::{ListTagsForResourceInput, ListTagsForResourceResponse};
use service::Cx;

/// Answers the tags, or an empty map.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: ListTagsForResourceInput) -> Result<ListTagsForResourceResponse, Fault> {
    let pool = cx.read(async |tx| pool::of_arn_in(cx, tx, &input.resource_arn).await).await?;
    Ok(ListTagsForResourceResponse { tags: Some(pool.settings.tags) })
}
