//! GetContextKeysForCustomPolicy: the condition keys that given policies ask for.

use crate::simulation::context_keys;
use contract::Fault;
use iam_policy::Policy;
use model::iam::error;
use model::iam::shapes::{GetContextKeysForCustomPolicyRequest, GetContextKeysForPolicyResponse};
use service::Cx;

/// Reads the policies.
///
/// # Errors
/// `InvalidInput`.
pub async fn run(
    _: &Cx,
    input: GetContextKeysForCustomPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, Fault> {
    let policies = parsed(&input.policy_input_list)?;
    Ok(GetContextKeysForPolicyResponse { context_key_names: Some(context_keys(&policies)) })
}

/// The policies, of which no more than their shape is asked.
///
/// # Errors
/// `InvalidInput`.
pub fn parsed(documents: &[String]) -> Result<Vec<Policy>, Fault> {
    let parse = |(place, text): (usize, &String)| {
        Policy::parse(text)
            .map_err(|_| error::invalid_input(format!("Policy input list item {} has invalid content", place + 1)))
    };
    documents.iter().enumerate().map(parse).collect()
}
