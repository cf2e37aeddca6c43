//! DeleteVirtualMFADevice: removes a device that is assigned to nobody.

use crate::mfa;
use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeleteVirtualMFADeviceRequest;
use service::Cx;
use store::table::iam_mfa_devices;

/// Finds the device and removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteVirtualMFADeviceRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let device = mfa::find(tx, cx.account(), &input.serial_number).await?;
        if device.assignment.is_some() {
            return Err(error::delete_conflict("MFA VirtualDevice in use. Must deactivate first."));
        }
        iam_mfa_devices::delete(tx, &device.account_id, &device.serial_key).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
