//! UntagMFADevice: removes tags of a virtual MFA device by their keys.

use crate::{mfa, tags};
use contract::Fault;
use model::iam::shapes::UntagMFADeviceRequest;
use service::Cx;

/// Finds the device and removes its tags.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: UntagMFADeviceRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let remove = |stored: &str| tags::remove(stored, &input.tag_keys);
        mfa::change_tags(tx, cx.account(), &input.serial_number, remove).await
    })
    .await
}
