//! ListPoliciesGrantingServiceAccess: through which policies an entity may do something in a service.

use crate::holdings::{self, Held};
use crate::page::Page;
use contract::Fault;
use model::iam::enums::policy_type;
use model::iam::shapes::{
    ListPoliciesGrantingServiceAccessEntry, ListPoliciesGrantingServiceAccessRequest,
    ListPoliciesGrantingServiceAccessResponse, PolicyGrantingServiceAccess,
};
use serde_json::Value;
use service::Cx;

/// Finds what the entity holds, and goes through it for each service.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `ValidationError`.
pub async fn run(
    cx: &Cx,
    input: ListPoliciesGrantingServiceAccessRequest,
) -> Result<ListPoliciesGrantingServiceAccessResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), None)?;
    let held = holdings::of_arn(cx, &input.arn).await?.policies;
    let documents: Vec<(&Held, Value)> =
        held.iter().map(|held| (held, serde_json::from_str(&held.document).unwrap_or_default())).collect();
    let placed = input.service_namespaces.into_iter().enumerate().collect();
    let services = page.slice(placed, |(place, _)| format!("{place:03}")).map(|(_, service)| {
        let granting = documents.iter().filter(|(_, document)| grants(document, &service));
        ListPoliciesGrantingServiceAccessEntry {
            policies: Some(granting.map(|(held, _)| shown(held)).collect()),
            service_namespace: Some(service),
        }
    });
    Ok(ListPoliciesGrantingServiceAccessResponse {
        policies_granting_service_access: services.items,
        is_truncated: services.is_truncated,
        marker: services.marker,
    })
}

/// An inline policy goes by whom it is written into, a managed one by its ARN.
fn shown(held: &Held) -> PolicyGrantingServiceAccess {
    let is_inline = held.arn.is_none();
    PolicyGrantingServiceAccess {
        policy_name: held.name.clone(),
        policy_type: if is_inline { policy_type::INLINE } else { policy_type::MANAGED }.to_owned(),
        policy_arn: held.arn.clone(),
        entity_type: is_inline.then(|| held.owner_kind.as_str().to_ascii_uppercase()),
        entity_name: is_inline.then(|| held.owner_name.clone()),
    }
}

/// Whether some statement allows something in the service. Conditions, resources and denials do not matter.
fn grants(document: &Value, service: &str) -> bool {
    let allows = |statement: &&Value| statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    document.get("Statement").map(many).unwrap_or_default().iter().filter(allows).any(|statement| {
        let actions = |member: &str| {
            let found = statement.get(member).map(many).unwrap_or_default();
            found.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect::<Vec<_>>()
        };
        let service = service.to_ascii_lowercase();
        let of_service = |action: &String| {
            action == "*" || action.split_once(':').is_some_and(|(vendor, _)| vendor == "*" || vendor == service)
        };
        let whole = |action: &String| action == "*" || action == "*:*" || *action == format!("{service}:*");
        match statement.get("NotAction") {
            Some(_) => !actions("NotAction").iter().any(whole),
            None => actions("Action").iter().any(of_service),
        }
    })
}

fn many(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_allows_anything_in_a_service_grants_access_to_it() {
        let grants = |statement: Value| grants(&json!({ "Statement": statement }), "s3");
        assert!(grants(json!({ "Effect": "Allow", "Action": "S3:Get*" })));
        assert!(grants(json!([{ "Effect": "Deny", "Action": "*" }, { "Effect": "Allow", "Action": ["ec2:*", "*"] }])));
        assert!(grants(json!({ "Effect": "Allow", "NotAction": ["iam:*", "s3:Get*"] })));
        assert!(!grants(json!({ "Effect": "Allow", "NotAction": ["iam:*", "s3:*"] })));
        assert!(!grants(json!({ "Effect": "Allow", "Action": "s3-outposts:*" })));
        assert!(!grants(json!({ "Effect": "Deny", "Action": "s3:*" })));
        assert!(!grants(Value::Null));
    }
}
