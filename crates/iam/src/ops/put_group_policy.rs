//! PutGroupPolicy: writes a policy into one group, in the place of any of that name.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::PutGroupPolicyRequest;
use service::Cx;

/// Finds the group, checks the document, keeps it.
///
/// # Errors
/// `NoSuchEntity`, `MalformedPolicyDocument`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: PutGroupPolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        // The group first: a missing one hides what is wrong with the document (spec/policy.md 2).
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        inline_policy::put(tx, &group, &input.policy_name, &input.policy_document).await
    })
    .await
}
