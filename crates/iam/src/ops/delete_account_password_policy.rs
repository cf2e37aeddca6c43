//! DeleteAccountPasswordPolicy: back to the rules of an account without a policy.

use crate::password_policy;
use contract::Fault;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Removes the policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, (): ()) -> Result<(), Fault> {
    cx.write(async |tx| {
        let before = iam_accounts::find(tx, cx.account()).await?;
        if before.password_policy.is_none() {
            return Err(password_policy::not_found(cx.account()));
        }
        iam_accounts::put(tx, &IamAccount { password_policy: None, ..before }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
