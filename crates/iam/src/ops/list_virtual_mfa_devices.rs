//! ListVirtualMFADevices: the virtual devices of the account, assigned or not.

use crate::mfa;
use crate::page::Page;
use contract::Fault;
use model::iam::enums::assignment_status_type;
use model::iam::shapes::{ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse};
use service::Cx;
use store::table::iam_mfa_devices;

/// One page of devices, of either kind unless one is asked for.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListVirtualMFADevicesRequest) -> Result<ListVirtualMFADevicesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let assigned = match input.assignment_status.as_deref() {
        Some(assignment_status_type::ASSIGNED) => Some(true),
        Some(assignment_status_type::UNASSIGNED) => Some(false),
        _ => None,
    };
    cx.read(async |tx| {
        let rows = page
            .fill(
                async |after, limit| {
                    Ok(iam_mfa_devices::list(tx, cx.account(), &mfa::after(cx.account(), after), limit).await?)
                },
                mfa::page_key,
                |row| assigned.is_none_or(|assigned| row.assignment.is_some() == assigned),
            )
            .await?;
        let rows = page.cut(rows, mfa::page_key);
        let mut devices = Vec::with_capacity(rows.items.len());
        for row in rows.items {
            devices.push(mfa::listed(tx, row).await?);
        }
        Ok(ListVirtualMFADevicesResponse {
            virtual_mfa_devices: devices,
            is_truncated: rows.is_truncated,
            marker: rows.marker,
        })
    })
    .await
}
