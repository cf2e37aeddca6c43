//! DisableOutboundWebIdentityFederation: STS gives out no more JWTs about the account's principals.

use contract::Fault;
use model::iam::error;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Turns the feature off; the account keeps its issuer.
///
/// # Errors
/// `FeatureDisabled`: it is off already.
pub async fn run(cx: &Cx, (): ()) -> Result<(), Fault> {
    cx.write(async |tx| {
        let before = iam_accounts::find(tx, cx.account()).await?;
        if !before.outbound_enabled {
            let message = "Outbound Web Identity Federation is not enabled for this account.";
            return Err(error::feature_disabled(message));
        }
        iam_accounts::put(tx, &IamAccount { outbound_enabled: false, ..before }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
