//! GetMFADevice: one FIDO security key of a user. There are none here: every device is a virtual one.

use crate::access_key::Holder;
use contract::Fault;
use model::iam::error;
use model::iam::shapes::{GetMFADeviceRequest, GetMFADeviceResponse};
use service::Cx;

/// Finds the user, or takes the caller, and refuses, as AWS does for virtual devices.
///
/// # Errors
/// `NoSuchEntity`: there is no such user; `ValidationError`: the device is no security key.
pub async fn run(cx: &Cx, input: GetMFADeviceRequest) -> Result<GetMFADeviceResponse, Fault> {
    cx.read(async |tx| Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await).await?;
    Err(error::validation_error(
        "The MFA device serial number sent in the request is invalid or not supported by this API. Currently, only \
         hardware FIDO security keys are supported. Please use the compatible device or API.",
    ))
}
