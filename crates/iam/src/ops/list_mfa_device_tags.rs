//! ListMFADeviceTags: the tags of a virtual MFA device.

use crate::page::Page;
use crate::{mfa, tags};
use contract::Fault;
use model::iam::shapes::{ListMFADeviceTagsRequest, ListMFADeviceTagsResponse};
use service::Cx;

/// Finds the device and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListMFADeviceTagsRequest) -> Result<ListMFADeviceTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| mfa::find(tx, cx.account(), &input.serial_number).await);
    let tags = tags::page(&found.await?.tags, &page)?;
    Ok(ListMFADeviceTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
