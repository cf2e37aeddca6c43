//! What policies may ask about the user pool that a call is about.

use crate::pool;
use contract::{Fault, Operation, Value};
use domain::UserPoolId;
use service::{Caller, Context, Node};

/// `aws:ResourceTag/KEY` of the pool.
///
/// # Errors
/// An internal fault.
pub async fn of_call(node: &Node, _: &Caller, _: &Operation, input: &Value) -> Result<Context, Fault> {
    let mut keys = Context::new();
    // What holds a NUL is no id; the store would refuse it before the constraint check does.
    let text = |member: &str| input.get(member).and_then(Value::as_str).filter(|text| !text.contains('\0'));
    let by_arn = || text("ResourceArn").and_then(|arn| arn.split_once(":userpool/")).map(|(_, id)| id);
    if let Some(id) = text("UserPoolId").or_else(by_arn)
        && let Some(pool) = pool::find(node, &UserPoolId::from(id)).await?
        && let Some(tags) = &pool.settings.user_pool_tags
    {
        keys.set_tags("aws:ResourceTag", tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    }
    Ok(keys)
}
