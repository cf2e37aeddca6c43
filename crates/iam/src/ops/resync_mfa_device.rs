//! ResyncMFADevice: finds out from two codes how wrong a device's clock is.

use crate::mfa;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::ResyncMFADeviceRequest;
use service::Cx;
use store::table::iam_mfa_devices;

/// How many steps the device's clock may be wrong: ten minutes.
const REACH: i64 = 20;

/// Finds the user's device and sets its clock by the codes.
///
/// # Errors
/// `NoSuchEntity`, `InvalidAuthenticationCode`.
pub async fn run(cx: &Cx, input: ResyncMFADeviceRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        let device = mfa::find_of(tx, cx.account(), &input.serial_number, &user.id).await?;
        let codes = [input.authentication_code1.as_str(), input.authentication_code2.as_str()];
        let device = mfa::proven(cx, &device, codes, REACH)?;
        iam_mfa_devices::update(tx, &device).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
