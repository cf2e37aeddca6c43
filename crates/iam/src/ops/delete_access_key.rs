//! DeleteAccessKey: removes a key; requests that it signs are refused from now on.

use crate::access_key::Holder;
use contract::Fault;
use model::iam::shapes::DeleteAccessKeyRequest;
use service::Cx;
use store::table::{iam_access_keys, iam_last_uses};

/// Finds the user, or takes the caller, and removes the key.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: DeleteAccessKeyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        let key = holder.key(tx, &input.access_key_id).await?;
        iam_access_keys::delete(tx, &key.access_key_id).await?;
        iam_last_uses::delete(tx, key.access_key_id.as_str()).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
