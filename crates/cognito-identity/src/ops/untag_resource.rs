//! UntagResource: takes tags off a pool.

use crate::pool;
use contract::Fault;
use model::cognito_identity::{UntagResourceInput, UntagResourceResponse};
use service::Cx;

/// Takes the tags off; keys that are not there do no harm.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: UntagResourceInput) -> Result<UntagResourceResponse, Fault> {
    cx.write(async |tx| {
        let mut pool = pool::of_arn_in(cx, tx, &input.resource_arn).await?;
        pool.settings.tags.retain(|key, _| !input.tag_keys.contains(key));
        pool.save(cx, tx).await
    })
    .await?;
    Ok(UntagResourceResponse {})
}
