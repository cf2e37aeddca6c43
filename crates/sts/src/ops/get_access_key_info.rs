//! GetAccessKeyInfo: the account an access key belongs to.

use contract::Fault;
use domain::access_key::account_of;
use model::sts::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse, error};
use service::Cx;

/// One of our own keys is looked up: its id may have been chosen by the operator. Any other id is read, whoever's key it is
/// and whether or not it still exists (spec/sts-and-iam.md B6).
///
/// # Errors
/// `ValidationError`: no account is to be found.
pub async fn run(cx: &Cx, input: GetAccessKeyInfoRequest) -> Result<GetAccessKeyInfoResponse, Fault> {
    let account = match cx.node.gate.access_key(&input.access_key_id).await? {
        Some(key) => Some(key.account.clone()),
        None => account_of(&input.access_key_id),
    };
    let account = account.ok_or_else(|| error::validation_error("Access key ID is not valid."))?;
    Ok(GetAccessKeyInfoResponse { account: Some(account.to_string()) })
}
