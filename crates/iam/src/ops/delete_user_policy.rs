//! DeleteUserPolicy: removes a policy that is written into a user.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::DeleteUserPolicyRequest;
use service::Cx;

/// Finds the user and removes its policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: DeleteUserPolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        inline_policy::delete(tx, &user, &input.policy_name).await
    })
    .await
}
