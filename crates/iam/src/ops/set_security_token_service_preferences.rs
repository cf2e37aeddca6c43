//! SetSecurityTokenServicePreferences: which kind of session token the global endpoint of STS gives out.

use contract::Fault;
use model::iam::shapes::SetSecurityTokenServicePreferencesRequest;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Keeps the choice, which `GetAccountSummary` shows. Session tokens here are good in every region, whichever it is.
///
/// # Errors
/// The store fails.
pub async fn run(cx: &Cx, input: SetSecurityTokenServicePreferencesRequest) -> Result<(), Fault> {
    let global_token_version = match input.global_endpoint_token_version.as_str() {
        "v1Token" => 1,
        "v2Token" => 2,
        other => return Err(Fault::internal(format!("the contract let `{other}` through"))),
    };
    cx.write(async |tx| {
        let before = iam_accounts::find(tx, cx.account()).await?;
        iam_accounts::put(tx, &IamAccount { global_token_version, ..before }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
