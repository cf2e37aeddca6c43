//! What policies may ask about the pool that a call is about (spec/identity-pools.md 16).

use crate::pool;
use contract::{Fault, Operation, Value};
use domain::{IdentityId, IdentityPoolId};
use service::{Caller, Context, Node};
use store::table::identities;

/// `aws:ResourceTag/KEY` of the pool, and `cognito-identity:IdentityPoolArn` where only an identity is named.
///
/// # Errors
/// An internal fault.
pub async fn of_call(node: &Node, _: &Caller, _: &Operation, input: &Value) -> Result<Context, Fault> {
    let mut keys = Context::new();
    // What holds a NUL is no id; the store would refuse it before the constraint check does.
    let text = |member: &str| input.get(member).and_then(Value::as_str).filter(|text| !text.contains('\0'));
    let by_arn = || text("ResourceArn").and_then(|arn| arn.split_once(":identitypool/")).map(|(_, id)| id);
    if let Some(id) = text("IdentityPoolId").or_else(by_arn) {
        if let Some(pool) = pool::find(node, &IdentityPoolId::from(id)).await? {
            keys.set_tags("aws:ResourceTag", pool.settings.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        }
    } else if let Some(id) = text("IdentityId") {
        let id = IdentityId::from(id);
        let found = node.store.read(async |tx| Ok::<_, Fault>(identities::find(tx, &id).await?)).await?;
        if let Some(identity) = found
            && let Some(pool) = pool::find(node, &identity.pool_id).await?
        {
            keys.set("cognito-identity:IdentityPoolArn", pool.arn());
        }
    }
    Ok(keys)
}
