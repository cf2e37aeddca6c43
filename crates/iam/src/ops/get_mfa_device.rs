//! GetMFADevice: one device of a user.

use crate::access_key::Holder;
use crate::mfa;
use contract::Fault;
use model::iam::shapes::{GetMFADeviceRequest, GetMFADeviceResponse};
use service::Cx;
use store::table::iam_access_keys::OwnerKind;

/// Finds the user, or takes the caller, and its device.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: GetMFADeviceRequest) -> Result<GetMFADeviceResponse, Fault> {
    cx.read(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        let device = mfa::find_of(tx, cx.account(), &input.serial_number, &holder.id).await?;
        Ok(GetMFADeviceResponse {
            user_name: Some(holder.name).filter(|_| holder.kind == OwnerKind::User),
            serial_number: device.serial,
            enable_date: device.assignment.map(|to| to.enabled_ms.millis()),
            // A virtual device has none: they are of hardware keys.
            certifications: None,
        })
    })
    .await
}
