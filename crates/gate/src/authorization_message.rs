//! The encoded authorization message: a denial with everything it was decided on, sealed, so that whoever is denied can carry
//! it to someone who may read it (spec/policy.md 7.4).
//!
//! IAM, STS and Cognito do not put it into their answers, so here it stands in the decision record alone, from where
//! `sekisho explain` shows it. `sts:DecodeAuthorizationMessage` opens it.

use crate::Caller;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::AccountId;
use domain::seal::{KeyPurpose, KeyRing};
use domain::session::SessionPrincipal;
use iam_policy::{Context, Effect, Match, PolicyKind, Verdict};
use serde_json::{Value, json};

/// The longest message that `DecodeAuthorizationMessage` takes, in characters.
const LENGTH_MOST: usize = 10_240;

/// Seals a denial; only the caller's own account can open it. `None` if it cannot be kept within bounds, or nobody could
/// open it: the caller is anonymous, or the ring has no key.
pub fn seal(ring: &KeyRing, request_id: &str, caller: &Caller, verdict: &Verdict<'_>) -> Option<String> {
    let account = caller.account()?;
    let whole = || text(caller, verdict, true);
    let brief = || text(caller, verdict, false);
    let seal = |text: String| {
        let sealed = ring.seal(KeyPurpose::Opaque, nonce(request_id), &aad(account), text.as_bytes()).ok()?;
        Some(URL_SAFE_NO_PAD.encode(sealed))
    };
    let fits = |message: &String| message.len() <= LENGTH_MOST;
    seal(whole()).filter(fits).or_else(|| seal(brief()).filter(fits))
}

/// The JSON text of a message of this account; `None` for anything else.
pub fn open(ring: &KeyRing, account: &AccountId, message: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(message).ok()?;
    let plain = ring.open(KeyPurpose::Opaque, &aad(account), &sealed).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

fn aad(account: &AccountId) -> Vec<u8> {
    format!("authorization-message\n{account}").into_bytes()
}

/// From the request's id, which is random. The cipher forgives a nonce that comes again: equal texts would show as equal.
fn nonce(request_id: &str) -> [u8; 12] {
    let mut nonce = [0; 12];
    for (index, byte) in request_id.bytes().filter(|byte| *byte != b'-').enumerate() {
        if let Some(place) = nonce.get_mut(index % 12) {
            *place = u8::rotate_left(*place, 3) ^ byte;
        }
    }
    nonce
}

fn text(caller: &Caller, verdict: &Verdict<'_>, with_context: bool) -> String {
    let request = verdict.request();
    let conditions = if with_context { conditions(request.context) } else { Vec::new() };
    json!({
        "allowed": verdict.is_allowed(),
        "explicitDeny": verdict.decision == iam_policy::Decision::ExplicitDeny,
        "matchedStatements": items(verdict.matched().iter().map(|found| statement(found, caller))),
        "failures": items([]),
        "context": {
            "principal": { "id": caller.user_id(), "name": name(caller), "arn": caller.arn() },
            "action": request.action,
            "resource": request.resource.arn().unwrap_or("*"),
            "conditions": items(conditions),
        },
    })
    .to_string()
}

fn statement(found: &Match<'_>, caller: &Caller) -> Value {
    let statement = found.statement;
    let effect = match statement.effect() {
        Effect::Allow => "ALLOW",
        Effect::Deny => "DENY",
    };
    let conditions = statement.conditions().map(|(key, wanted)| condition(key, wanted));
    json!({
        "statementId": statement.sid().unwrap_or_default(),
        "effect": effect,
        "principals": items([json!({ "value": caller.user_id() })]),
        "principalGroups": items([]),
        "actions": items(statement.actions().map(value)),
        "resources": items(statement.resources().map(value)),
        "conditions": items(conditions),
        "sourcePolicyId": found.policy.name,
        "sourcePolicyType": policy_type(found.policy.kind),
    })
}

fn conditions(context: &Context) -> Vec<Value> {
    context.iter().map(|(key, found)| condition(key, found.texts())).collect()
}

fn condition(key: &str, values: &[String]) -> Value {
    json!({ "key": key, "values": items(values.iter().map(|text| value(text))) })
}

fn value(text: &str) -> Value {
    json!({ "value": text })
}

fn items(values: impl IntoIterator<Item = Value>) -> Value {
    json!({ "items": values.into_iter().collect::<Vec<_>>() })
}

fn policy_type(kind: PolicyKind) -> String {
    format!("{} policy", kind.as_str())
}

/// The name behind the id: a user's, a role session's, a federated user's.
fn name(caller: &Caller) -> String {
    match caller {
        Caller::User { user, .. } => user.name.clone(),
        Caller::Session(session) => match &session.principal {
            SessionPrincipal::User { user_name, .. } => user_name.clone(),
            SessionPrincipal::AssumedRole { session_name, .. } => session_name.clone(),
            SessionPrincipal::FederatedUser { name, .. } => name.clone(),
            SessionPrincipal::Root => "root".to_owned(),
        },
        Caller::Root { .. } => "root".to_owned(),
        Caller::Anonymous => "anonymous".to_owned(),
    }
}
