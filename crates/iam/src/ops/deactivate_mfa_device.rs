//! DeactivateMFADevice: takes a device away from its user; the device stays.

use crate::access_key::Holder;
use crate::mfa;
use contract::Fault;
use model::iam::shapes::DeactivateMFADeviceRequest;
use service::Cx;
use store::table::iam_mfa_devices::{self, MfaDevice};

/// Finds the user, or takes the caller, and its device.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: DeactivateMFADeviceRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        let device = mfa::find_of(tx, cx.account(), &input.serial_number, &holder.id).await?;
        iam_mfa_devices::update(tx, &MfaDevice { assignment: None, ..device }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
