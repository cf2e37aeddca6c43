//! What policies may ask about a call to STS beyond its tags (spec/policy.md 5.4).

use contract::{Fault, Operation, Value};
use service::{Caller, Context, Node};

/// `sts:IdentityTokenAudience`, `sts:SigningAlgorithm` and `sts:DurationSeconds` of GetWebIdentityToken.
///
/// # Errors
/// None.
pub async fn of_call(_node: &Node, _caller: &Caller, operation: &Operation, input: &Value) -> Result<Context, Fault> {
    let mut keys = Context::new();
    if operation.name != "GetWebIdentityToken" {
        return Ok(keys);
    }
    if let Some(audiences) = input.get("Audience").and_then(Value::as_list) {
        keys.set_list("sts:IdentityTokenAudience", audiences.iter().filter_map(Value::as_str));
    }
    if let Some(algorithm) = input.get("SigningAlgorithm").and_then(Value::as_str) {
        keys.set("sts:SigningAlgorithm", algorithm);
    }
    let seconds = input.get("DurationSeconds").and_then(Value::as_integer);
    keys.set_number("sts:DurationSeconds", seconds.unwrap_or(crate::ops::get_web_identity_token::DEFAULT_SECONDS));
    Ok(keys)
}
