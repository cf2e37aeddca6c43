//! UpdateAccountPasswordPolicy: other rules for passwords. Passwords that were set before stay.

use crate::password_policy;
use contract::Fault;
use model::iam::shapes::UpdateAccountPasswordPolicyRequest;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Replaces the policy as a whole: what is left out takes its default.
///
/// # Errors
/// The store fails.
pub async fn run(cx: &Cx, input: UpdateAccountPasswordPolicyRequest) -> Result<(), Fault> {
    let policy = password_policy::store(&password_policy::asked_for(&input)?)?;
    cx.write(async |tx| {
        let before = iam_accounts::find(tx, cx.account()).await?;
        iam_accounts::put(tx, &IamAccount { password_policy: Some(policy.clone()), ..before }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
