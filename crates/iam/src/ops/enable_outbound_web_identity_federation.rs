//! EnableOutboundWebIdentityFederation: STS may give out JWTs about the account's principals.

use contract::Fault;
use domain::new_id::uuid;
use model::iam::error;
use model::iam::shapes::EnableOutboundWebIdentityFederationResponse;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Turns the feature on, with the issuer it had when it was on before.
///
/// # Errors
/// `FeatureEnabled`: it is on already.
pub async fn run(cx: &Cx, (): ()) -> Result<EnableOutboundWebIdentityFederationResponse, Fault> {
    let new_id = uuid(cx.random());
    let enabled = cx.write(async |tx| {
        let before = iam_accounts::find(tx, cx.account()).await?;
        if before.outbound_enabled {
            let message = "Outbound Web Identity Federation is already enabled for this account.";
            return Err(error::feature_enabled(message));
        }
        let outbound_id = before.outbound_id.clone().or_else(|| Some(new_id.clone()));
        let after = IamAccount { outbound_id, outbound_enabled: true, ..before };
        iam_accounts::put(tx, &after).await?;
        tx.touch_catalog().await?;
        Ok(after)
    });
    let issuer_identifier = cx.node.outbound_issuer_of(&enabled.await?);
    Ok(EnableOutboundWebIdentityFederationResponse { issuer_identifier })
}
