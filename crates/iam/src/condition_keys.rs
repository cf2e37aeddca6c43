//! What policies may ask about the entity or policy that a call is about (spec/policy.md 5.4).

use crate::tagged_resource;
use contract::{Fault, Operation, Value};
use domain::AccountId;
use service::{Caller, Context, Node};
use std::collections::BTreeMap;
use store::table::{iam_roles, iam_users};

/// `iam:PolicyARN`, `iam:PermissionsBoundary`, `iam:AWSServiceName`, and the tags of the entity (`aws:ResourceTag`,
/// `iam:ResourceTag`). An entity that is not there has none, so that asking reveals nothing.
///
/// # Errors
/// An internal fault.
pub async fn of_call(node: &Node, caller: &Caller, operation: &Operation, input: &Value) -> Result<Context, Fault> {
    // The input is not checked yet, and no store takes a text with NUL.
    let text = |member: &str| input.get(member).and_then(Value::as_str).filter(|text| !text.contains('\0'));
    let mut keys = Context::new();
    if let Some(arn) = text("PolicyArn") {
        keys.set("iam:PolicyARN", arn);
    }
    if let Some(service) = text("AWSServiceName") {
        keys.set("iam:AWSServiceName", service);
    }
    let account = caller.account().unwrap_or(&node.account);
    let entity = match (text("InstanceProfileName"), text("RoleName"), text("UserName")) {
        (None, Some(name), _) => of_role(node, account, name).await?,
        (None, None, Some(name)) => of_user(node, account, name).await?,
        // What puts a role into an instance profile is about the profile.
        (Some(_), ..) | (None, None, None) => {
            tagged_resource::tags(node, account, input).await?.map(|tags| Entity { tags, boundary: None })
        }
    };
    let mut boundary = text("PermissionsBoundary").map(str::to_owned);
    if let Some(entity) = entity {
        for prefix in ["aws:ResourceTag", "iam:ResourceTag"] {
            keys.set_tags(prefix, entity.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        }
        // The boundary that is asked for, or else the one in force: what a delegated administrator must keep in place.
        boundary = boundary.or(entity.boundary);
    }
    if let Some(arn) = boundary.filter(|_| operation.access_level != "Read" && operation.access_level != "List") {
        keys.set("iam:PermissionsBoundary", arn);
    }
    Ok(keys)
}

struct Entity {
    tags: BTreeMap<String, String>,
    boundary: Option<String>,
}

async fn of_role(node: &Node, account: &AccountId, name: &str) -> Result<Option<Entity>, Fault> {
    let key = name.to_lowercase();
    let row = node.store.read(async |tx| Ok::<_, Fault>(iam_roles::find(tx, account, &key).await?)).await?;
    row.filter(|row| row.name == name).map(|row| entity(&row.tags, row.boundary_arn)).transpose()
}

async fn of_user(node: &Node, account: &AccountId, name: &str) -> Result<Option<Entity>, Fault> {
    let key = name.to_lowercase();
    let row = node.store.read(async |tx| Ok::<_, Fault>(iam_users::find(tx, account, &key).await?)).await?;
    row.filter(|row| row.name == name).map(|row| entity(&row.tags, row.boundary_arn)).transpose()
}

fn entity(tags: &str, boundary: Option<String>) -> Result<Entity, Fault> {
    Ok(Entity { tags: serde_json::from_str(tags).map_err(Fault::internal)?, boundary })
}
