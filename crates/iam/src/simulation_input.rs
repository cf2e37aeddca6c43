//! What callers of the simulator send, checked in the simulator's words (spec/policy.md 8.1).

use crate::holdings::Source as Entity;
use crate::owner::OwnerKind;
use crate::page::{Page, Paged};
use crate::simulation::{Simulation, Source};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Fault;
use iam_policy::{Arn, Context, IdentityKind, Policy, Principal, Value, validate_identity};
use model::iam::error::invalid_input;
use model::iam::shapes::{ContextEntry, SimulatePolicyResponse};
use std::collections::HashSet;
use std::net::IpAddr;

/// Decisions that one answer holds at most: a page ends early rather than take long.
const DECISIONS_MOST: usize = 10_000;
/// Resources of one simulation.
const RESOURCES_MOST: usize = 1000;

/// One page of results, one result per action, in the order of the actions.
///
/// # Errors
/// `ValidationError`: a marker that no list gave out.
pub fn page(
    simulation: &Simulation,
    actions: &[String],
    marker: Option<&str>,
    max_items: Option<i64>,
) -> Result<SimulatePolicyResponse, Fault> {
    let most = i64::try_from((DECISIONS_MOST / simulation.resources.len().max(1)).max(1)).unwrap_or(1);
    let page = Page::of(marker, Some(max_items.unwrap_or(100).min(most)))?;
    let placed: Vec<(usize, &String)> = actions.iter().enumerate().collect();
    let Paged { items, is_truncated, marker } = page.slice(placed, |(place, _)| format!("{place:06}"));
    let results = items.into_iter().map(|(_, action)| simulation.run(action)).collect();
    Ok(SimulatePolicyResponse { evaluation_results: Some(results), is_truncated, marker })
}

/// The resources, without a lone `*`.
///
/// # Errors
/// `InvalidInput`: one is no ARN.
pub fn resources(given: Option<&[String]>) -> Result<Vec<String>, Fault> {
    let given = given.unwrap_or_default();
    if given == ["*"] {
        return Ok(Vec::new());
    }
    if given.len() > RESOURCES_MOST {
        return Err(invalid_input(format!("ResourceArns may hold up to {RESOURCES_MOST} elements.")));
    }
    match given.iter().find(|text| !is_arn(text)) {
        None => Ok(given.to_vec()),
        Some(other) => Err(no_arn(other)),
    }
}

fn is_arn(text: &str) -> bool {
    Arn::parse(text).is_some_and(|arn| !arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty())
}

fn no_arn(text: &str) -> Fault {
    invalid_input(format!("ResourceNames are not in a valid ARN format: {text}."))
}

/// The actions, and the scenario that was asked for, which only some actions have.
///
/// # Errors
/// `InvalidInput`: an action names no service, or stands for many; an action does not have the scenario.
pub fn actions(names: &[String], resources: &[String], handling: Option<&str>) -> Result<(), Fault> {
    if names.iter().any(|name| !name.contains(':')) {
        return Err(invalid_input("The action is invalid since it is missing names"));
    }
    // One decision is for one action (spec/policy.md 8.1); the sentence is our own.
    if let Some(name) = names.iter().find(|name| name.contains(['*', '?'])) {
        return Err(invalid_input(format!("The action is invalid since it has wildcards: {name}.")));
    }
    // A scenario says which resources an action needs; AWS takes incomplete sets, and nothing without resources.
    let Some(handling) = handling.filter(|_| !resources.is_empty()) else { return Ok(()) };
    let has_it = |name: &String| name.eq_ignore_ascii_case("ec2:RunInstances") && SCENARIOS.contains(&handling);
    match names.iter().find(|name| !has_it(name)) {
        None => Ok(()),
        Some(name) => Err(invalid_input(format!(
            "Invalid input resource handling options. Action does not support resource handling options: {name}."
        ))),
    }
}

/// Of launching an instance (API reference, SimulateCustomPolicy).
const SCENARIOS: [&str; 6] = [
    "EC2-Classic-InstanceStore",
    "EC2-Classic-EBS",
    "EC2-VPC-InstanceStore",
    "EC2-VPC-InstanceStore-Subnet",
    "EC2-VPC-EBS",
    "EC2-VPC-EBS-Subnet",
];

/// Policies that were given, named by the list and their place in it.
///
/// # Errors
/// `InvalidInput`: one is no identity policy.
pub fn policies(list: &str, documents: &[String]) -> Result<Vec<Source>, Fault> {
    let compile = |(place, text): (usize, &String)| {
        let policy = validate_identity(text, IdentityKind::Inline)
            .map_err(|_| invalid_input(format!("Policy input list item {} has invalid content", place + 1)))?;
        Ok(Source { id: format!("{list}.{}", place + 1), policy })
    };
    documents.iter().enumerate().map(compile).collect()
}

/// The permissions boundary that was given.
///
/// # Errors
/// `InvalidInput`: it is no identity policy, or there are several.
pub fn boundary(documents: Option<&[String]>) -> Result<Option<Source>, Fault> {
    let mut found = policies("PermissionsBoundaryPolicyInputList", documents.unwrap_or_default())?;
    if found.len() > 1 {
        return Err(invalid_input("Only one permissions boundary policy can be simulated."));
    }
    Ok(found.pop())
}

/// The policy on the resources.
///
/// # Errors
/// `InvalidInput`: there is no caller for it to name, it does not speak of single resources, or it does not parse.
pub fn resource_policy(
    document: Option<&str>,
    caller: Option<&Caller>,
    resources: &[String],
) -> Result<Option<Source>, Fault> {
    let Some(document) = document else { return Ok(None) };
    if caller.is_none() {
        return Err(invalid_input("Invalid caller - Caller cannot be null or empty."));
    }
    if resources.is_empty() {
        return Err(invalid_input("Invalid Entity Arn: * does not clearly define entity type and name."));
    }
    let policy = Policy::parse(document).map_err(|_| invalid_input("Resource policy has invalid content"))?;
    if speaks_of_everything(document) {
        return Err(no_arn("*"));
    }
    Ok(Some(Source { id: "ResourcePolicy".to_owned(), policy }))
}

/// Whether a `Resource` or `NotResource` of a document that parses as a policy is `*`.
fn speaks_of_everything(document: &str) -> bool {
    fn many(value: &serde_json::Value) -> &[serde_json::Value] {
        value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
    }
    let document: serde_json::Value = serde_json::from_str(document).unwrap_or_default();
    let statements = document.get("Statement").map(many).unwrap_or_default();
    let resources = statements.iter().flat_map(|one| ["Resource", "NotResource"].map(|member| one.get(member)));
    resources.flatten().flat_map(many).any(|resource| resource == "*")
}

/// Who asks.
#[derive(Debug)]
pub struct Caller {
    kind: OwnerKind,
    arn: String,
    account: String,
    name: String,
    id: String,
}

impl Caller {
    /// The caller that an ARN names; `id` is its unique id, where it is known.
    ///
    /// # Errors
    /// `InvalidInput`: the ARN of no user, role or group.
    pub fn parse(arn: &str, id: &str) -> Result<Self, Fault> {
        let Some(entity) = Entity::parse(arn) else {
            let message = "Invalid caller - Caller must be an IAM user, role or group in this context.";
            return Err(invalid_input(message));
        };
        Ok(Self {
            kind: entity.kind,
            arn: arn.to_owned(),
            account: entity.account.to_owned(),
            name: entity.name.to_owned(),
            id: id.to_owned(),
        })
    }
}

/// The caller as the policy engine takes it; without one, somebody of the account.
pub fn principal(caller: Option<&Caller>, account: &str) -> Principal {
    let Some(caller) = caller else {
        return Principal::User { arn: String::new(), id: String::new(), account: account.to_owned() };
    };
    let (arn, id, account) = (caller.arn.clone(), caller.id.clone(), caller.account.clone());
    match caller.kind {
        OwnerKind::Role => Principal::RoleSession { role_arn: arn, role_id: id, session_arn: String::new(), account },
        _ => Principal::User { arn, id, account },
    }
}

/// The account that owns resources whose ARN does not say so.
///
/// # Errors
/// `InvalidInput`: neither an ARN of an account nor its number.
pub fn resource_owner(given: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(given) = given else { return Ok(None) };
    let named = Arn::parse(given).filter(|arn| arn.service == "iam" && arn.region.is_empty()).map(|arn| arn.account);
    let account = named.unwrap_or(given);
    if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(account.to_owned()));
    }
    Err(invalid_input(format!("'{given}' is not a valid as a Resource Owner.")))
}

/// The condition keys that were given, and which they are, in lower case. What follows from the caller joins them unless it
/// was given too; nothing else does.
///
/// # Errors
/// `InvalidInput`: an entry is incomplete, stands twice, or its value is not of its type.
pub fn context(
    entries: Option<&[ContextEntry]>,
    caller: Option<&Caller>,
    account: &str,
) -> Result<(Context, HashSet<String>), Fault> {
    let mut context = Context::new();
    match caller {
        None => {
            context.set("aws:PrincipalAccount", account);
            // AWS's own stand-in for a caller that nobody named.
            context.set("aws:userid", "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR");
        }
        Some(caller) => {
            context.set("aws:PrincipalArn", caller.arn.as_str());
            context.set("aws:PrincipalAccount", caller.account.as_str());
            context.set("aws:userid", caller.arn.as_str());
            if caller.kind == OwnerKind::User {
                context.set("aws:username", caller.name.as_str());
            }
        }
    }
    let mut given = HashSet::new();
    for entry in entries.unwrap_or_default().iter().filter(|entry| **entry != ContextEntry::default()) {
        let (key, value) = read(entry)?;
        if !given.insert(key.to_ascii_lowercase()) {
            return Err(invalid_input(format!("Duplicate context key: {key}.")));
        }
        context.insert(key, value);
    }
    Ok((context, given))
}

fn read(entry: &ContextEntry) -> Result<(String, Value), Fault> {
    let key = entry.context_key_name.clone().unwrap_or_default();
    if key.is_empty() {
        return Err(invalid_input("ContextKeyName cannot be null or empty."));
    }
    let Some(kind) = entry.context_key_type.as_deref() else {
        return Err(invalid_input(format!("Context key {key} has invalid type null.")));
    };
    let values = entry.context_key_values.clone().unwrap_or_default();
    if values.is_empty() {
        return Err(invalid_input(format!("Context values for context key {key} cannot be null or empty.")));
    }
    let (scalar, is_list) = kind.strip_suffix("List").map_or((kind, false), |scalar| (scalar, true));
    if let Some(expected) = values.iter().find_map(|value| breach(scalar, value)) {
        return Err(invalid_input(format!("Invalid context value for key {key}: expected {expected}.")));
    }
    match <[String; 1]>::try_from(values) {
        Ok([value]) if !is_list => Ok((key, Value::Single(value))),
        Ok(values) => Ok((key, Value::List(values.into()))),
        Err(values) if is_list => Ok((key, Value::List(values))),
        Err(values) => {
            let count = values.len();
            Err(invalid_input(format!("Context key {kind} expected a single value, but received {count}.")))
        }
    }
}

/// What a value should be and is not.
fn breach(kind: &str, value: &str) -> Option<&'static str> {
    let (holds, expected) = match kind {
        "numeric" => {
            let plain = value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            (plain && value.parse::<f64>().is_ok(), "numeric format")
        }
        "ip" => (is_address(value), "IP address"),
        "binary" => (STANDARD.decode(value).is_ok(), "base-64 encoded binary format"),
        _ => return None,
    };
    (!holds).then_some(expected)
}

fn is_address(value: &str) -> bool {
    let (address, prefix) = value.split_once('/').unwrap_or((value, "0"));
    address.parse::<IpAddr>().is_ok() && prefix.parse::<u8>().is_ok_and(|bits| bits <= 128)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message<T: std::fmt::Debug>(result: Result<T, Fault>) -> String {
        result.unwrap_err().message.unwrap()
    }

    fn entry(name: &str, kind: &str, values: &[&str]) -> ContextEntry {
        ContextEntry {
            context_key_name: Some(name.to_owned()),
            context_key_type: Some(kind.to_owned()),
            context_key_values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
        }
    }

    #[test]
    fn values_must_be_of_their_type() {
        let refused = |kind, value| context(Some(&[entry("stack:key", kind, &[value])]), None, "1").err();
        for (kind, value) in [
            ("numeric", "01.00"),
            ("numeric", "+1"),
            ("numeric", "1e2"),
            ("numeric", "1e9999"),
            ("ip", "::1"),
            ("ip", "10.0.0.0/8"),
            ("binary", "AQ=="),
            ("string", ""),
            ("boolean", "true"),
            ("date", "2035"),
        ] {
            assert!(refused(kind, value).is_none(), "{kind} {value}");
        }
        for (kind, value, expected) in [
            ("numeric", "0x10", "numeric format"),
            ("numeric", " 1 ", "numeric format"),
            ("numericList", "Infinity", "numeric format"),
            ("ip", "10.0.0", "IP address"),
            ("binaryList", "*", "base-64 encoded binary format"),
        ] {
            let message = refused(kind, value).unwrap().message.unwrap();
            assert_eq!(message, format!("Invalid context value for key stack:key: expected {expected}."));
        }
    }

    #[test]
    fn an_entry_is_complete_and_stands_once() {
        let told = |entries: &[ContextEntry]| message(context(Some(entries), None, "1"));
        let whole = || entry("stack:key", "string", &["yes"]);
        assert_eq!(
            told(&[ContextEntry { context_key_name: None, ..whole() }]),
            "ContextKeyName cannot be null or empty."
        );
        assert_eq!(
            told(&[ContextEntry { context_key_type: None, ..whole() }]),
            "Context key stack:key has invalid type null."
        );
        assert_eq!(
            told(&[ContextEntry { context_key_values: None, ..whole() }]),
            "Context values for context key stack:key cannot be null or empty."
        );
        assert_eq!(told(&[whole(), entry("Stack:Key", "string", &["no"])]), "Duplicate context key: Stack:Key.");
        assert_eq!(
            told(&[entry("stack:key", "string", &["a", "b"])]),
            "Context key string expected a single value, but received 2."
        );
        assert!(context(Some(&[ContextEntry::default()]), None, "1").is_ok());
    }

    #[test]
    fn an_owner_is_an_account() {
        assert_eq!(resource_owner(Some("arn:aws:iam::123456789012:root")).unwrap().as_deref(), Some("123456789012"));
        assert_eq!(resource_owner(Some("123456789012")).unwrap().as_deref(), Some("123456789012"));
        assert_eq!(message(resource_owner(Some("ana"))), "'ana' is not a valid as a Resource Owner.");
    }

    #[test]
    fn a_resource_is_an_arn_or_the_star_alone() {
        let given = |texts: &[&str]| resources(Some(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()));
        assert_eq!(given(&["*"]).unwrap(), Vec::<String>::new());
        assert_eq!(given(&["arn:aws:s3:::a"]).unwrap(), ["arn:aws:s3:::a"]);
        for (texts, other) in
            [(&["*", "arn:aws:s3:::a"][..], "*"), (&["bucket"], "bucket"), (&["arn:aws:s3:::"], "arn:aws:s3:::")]
        {
            assert_eq!(message(given(texts)), format!("ResourceNames are not in a valid ARN format: {other}."));
        }
    }
}
