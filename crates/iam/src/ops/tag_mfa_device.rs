//! TagMFADevice: sets tags of a virtual MFA device; others stay.

use crate::{mfa, tags};
use contract::Fault;
use model::iam::shapes::TagMFADeviceRequest;
use service::Cx;

/// Finds the device and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: TagMFADeviceRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let merge = |stored: &str| tags::merge(stored, &input.tags, "TagsPerMFADevice");
        mfa::change_tags(tx, cx.account(), &input.serial_number, merge).await
    })
    .await
}
