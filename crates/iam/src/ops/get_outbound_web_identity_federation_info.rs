//! GetOutboundWebIdentityFederationInfo: who issues JWTs about the account's principals.

use contract::Fault;
use model::iam::error;
use model::iam::shapes::GetOutboundWebIdentityFederationInfoResponse;
use service::Cx;
use store::table::iam_accounts;

/// The issuer, if the feature is on.
///
/// # Errors
/// `FeatureDisabled`.
pub async fn run(cx: &Cx, (): ()) -> Result<GetOutboundWebIdentityFederationInfoResponse, Fault> {
    let row = cx.read(async |tx| Ok(iam_accounts::find(tx, cx.account()).await?)).await?;
    if !row.outbound_enabled {
        let message = "Outbound Web Identity Federation is not enabled for this account.";
        return Err(error::feature_disabled(message));
    }
    Ok(GetOutboundWebIdentityFederationInfoResponse {
        issuer_identifier: cx.node.outbound_issuer_of(&row),
        jwt_vending_enabled: Some(true),
    })
}
