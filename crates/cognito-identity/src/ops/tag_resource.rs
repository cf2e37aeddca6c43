//! TagResource: adds tags to a pool, or gives them other values.

use crate::{pool, settings};
use contract::Fault;
use model::cognito_identity::{TagResourceInput, TagResourceResponse};
use service::Cx;

/// Adds the tags.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException`: too many tags, or a reserved key.
pub async fn run(cx: &Cx, input: TagResourceInput) -> Result<TagResourceResponse, Fault> {
    cx.write(async |tx| {
        let mut pool = pool::of_arn_in(cx, tx, &input.resource_arn).await?;
        pool.settings.tags.extend(input.tags.clone());
        settings::check_tags(&pool.settings.tags)?;
        pool.save(cx, tx).await
    })
    .await?;
    Ok(TagResourceResponse {})
}
