//! GetContextKeysForPrincipalPolicy: the condition keys that the policies of a user, group or role ask for.

use super::get_context_keys_for_custom_policy::parsed;
use crate::holdings;
use crate::simulation::context_keys;
use contract::Fault;
use iam_policy::Policy;
use model::iam::shapes::{GetContextKeysForPolicyResponse, GetContextKeysForPrincipalPolicyRequest};
use service::Cx;

/// Reads the policies that were given, then those that the entity holds, its boundary last.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`.
pub async fn run(
    cx: &Cx,
    input: GetContextKeysForPrincipalPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, Fault> {
    let mut policies = parsed(input.policy_input_list.as_deref().unwrap_or_default())?;
    let held = holdings::of_arn(cx, &input.policy_source_arn).await?;
    for held in held.policies.iter().chain(&held.boundary) {
        policies.push(Policy::parse(&held.document).map_err(Fault::internal)?);
    }
    Ok(GetContextKeysForPolicyResponse { context_key_names: Some(context_keys(&policies)) })
}
