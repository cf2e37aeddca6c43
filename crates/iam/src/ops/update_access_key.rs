//! UpdateAccessKey: switches a key on or off.

use crate::access_key::Holder;
use contract::Fault;
use model::iam::enums::status_type;
use model::iam::error;
use model::iam::shapes::UpdateAccessKeyRequest;
use service::Cx;
use store::table::iam_access_keys;

/// Finds the user, or takes the caller, and the key; sets its status.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: UpdateAccessKeyRequest) -> Result<(), Fault> {
    // The model lists a third status, which nobody can set (spec/sts-and-iam.md C2).
    if input.status == status_type::EXPIRED {
        return Err(error::validation_error(
            "1 validation error detected: Value at 'status' failed to satisfy constraint: \
             Member must satisfy enum value set",
        ));
    }
    cx.write(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        let key = holder.key(tx, &input.access_key_id).await?;
        iam_access_keys::set_status(tx, &key.access_key_id, &input.status).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
