//! GetUserPolicy: one policy that is written into a user.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::{GetUserPolicyRequest, GetUserPolicyResponse};
use service::Cx;

/// Finds the user and its policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: GetUserPolicyRequest) -> Result<GetUserPolicyResponse, Fault> {
    cx.read(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        Ok(GetUserPolicyResponse {
            policy_document: inline_policy::get(tx, &user, &input.policy_name).await?,
            user_name: user.name,
            policy_name: input.policy_name.clone(),
        })
    })
    .await
}
