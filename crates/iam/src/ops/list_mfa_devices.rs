//! ListMFADevices: the devices that are assigned to a user.

use crate::access_key::Holder;
use crate::mfa;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListMFADevicesRequest, ListMFADevicesResponse, MFADevice};
use service::Cx;

/// Finds the user, or takes the caller, and one page of its devices.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListMFADevicesRequest) -> Result<ListMFADevicesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    cx.read(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        let devices = mfa::all_of(tx, cx.account(), &holder.id).await?;
        let devices = page.slice(devices, mfa::page_key).map(|device| MFADevice {
            user_name: holder.name.clone(),
            serial_number: device.serial,
            enable_date: device.assignment.map(|to| to.enabled_ms.millis()).unwrap_or_default(),
        });
        Ok(ListMFADevicesResponse {
            mfa_devices: devices.items,
            is_truncated: devices.is_truncated,
            marker: devices.marker,
        })
    })
    .await
}
