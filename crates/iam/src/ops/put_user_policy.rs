//! PutUserPolicy: writes a policy into one user, in the place of any of that name.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::PutUserPolicyRequest;
use service::Cx;

/// Finds the user, checks the document, keeps it.
///
/// # Errors
/// `NoSuchEntity`, `MalformedPolicyDocument`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: PutUserPolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        // The user first: a missing one hides what is wrong with the document (spec/policy.md 2).
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        inline_policy::put(tx, &user, &input.policy_name, &input.policy_document).await
    })
    .await
}
