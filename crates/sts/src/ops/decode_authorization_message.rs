//! DecodeAuthorizationMessage: what a sealed denial says.

use contract::Fault;
use gate::authorization_message;
use model::sts::{DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse, error};
use service::Cx;

/// Opens a message of the caller's own account (spec/policy.md 7.4).
///
/// # Errors
/// `InvalidAuthorizationMessageException`: not one of ours, changed, or of another account.
pub async fn run(
    cx: &Cx,
    input: DecodeAuthorizationMessageRequest,
) -> Result<DecodeAuthorizationMessageResponse, Fault> {
    let ring = cx.node.vault.ring();
    let decoded = authorization_message::open(&ring, cx.account(), &input.encoded_message)
        .ok_or_else(|| error::invalid_authorization_message("Message is not valid"))?;
    Ok(DecodeAuthorizationMessageResponse { decoded_message: Some(decoded) })
}
