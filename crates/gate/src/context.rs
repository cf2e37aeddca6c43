//! The condition keys of a request (spec/policy.md 5): what policies may ask about the caller and the request.

use crate::Caller;
use contract::Value;
use domain::session::{SamlIdentity, SessionPrincipal};
use domain::{Region, Timestamp};
use iam_policy::Context;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What the door knows of a request, as far as policies may ask.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// The one reading of the clock.
    pub now: Timestamp,
    /// The region asked for.
    pub region: &'a Region,
    /// Where the request came from.
    pub source_ip: Option<IpAddr>,
    /// `User-Agent`, if sent.
    pub user_agent: Option<&'a str>,
    /// `Referer`, if sent.
    pub referer: Option<&'a str>,
    /// Whether the connection was encrypted.
    pub secure: bool,
}

/// The keys that every signed request carries, and those of its kind of caller. `role_tags` are the tags of the role or
/// user itself; session tags override them.
pub fn of_request(request: RequestView<'_>, caller: &Caller, own_tags: &BTreeMap<String, String>) -> Context {
    let mut context = Context::with_capacity(USUAL_KEYS);
    of_door(&mut context, request);
    of_caller(&mut context, caller, own_tags);
    context
}

/// Room for what a request usually carries.
const USUAL_KEYS: usize = 18;

fn of_door(context: &mut Context, request: RequestView<'_>) {
    context.set("aws:CurrentTime", request.now.iso8601());
    context.set_number("aws:EpochTime", request.now.seconds());
    context.set_bool("aws:SecureTransport", request.secure);
    context.set_bool("aws:ViaAWSService", false);
    context.set("aws:RequestedRegion", request.region.as_str());
    if let Some(address) = request.source_ip {
        context.set_ip("aws:SourceIp", address);
    }
    if let Some(agent) = request.user_agent {
        context.set("aws:UserAgent", agent);
    }
    if let Some(referer) = request.referer {
        context.set("aws:referer", referer);
    }
}

fn of_caller(context: &mut Context, caller: &Caller, own_tags: &BTreeMap<String, String>) {
    let Some(account) = caller.account() else {
        context.set("aws:PrincipalAccount", "anonymous");
        context.set("aws:PrincipalType", "Anonymous");
        context.set("aws:userid", "anonymous");
        return;
    };
    context.set("aws:PrincipalAccount", account.as_str());
    context.set("aws:PrincipalType", principal_type(caller));
    context.set("aws:userid", caller.user_id());
    context.set("aws:PrincipalArn", principal_arn(caller));
    context.set_bool("aws:PrincipalIsAWSService", false);
    let tags = principal_tags(caller, own_tags.clone());
    match caller {
        Caller::Anonymous | Caller::Root { .. } => {}
        Caller::User { user, .. } => context.set("aws:username", user.name.as_str()),
        Caller::Session(session) => {
            context.set("aws:TokenIssueTime", session.issued_at.iso8601());
            context.set_bool("aws:MultiFactorAuthPresent", session.mfa_authenticated_at.is_some());
            if let SessionPrincipal::User { user_name, .. } = &session.principal {
                context.set("aws:username", user_name.as_str());
            }
            if let Some(web) = &session.web_identity {
                context.set("aws:FederatedProvider", web.provider.as_str());
                of_web_identity(context, &web.provider, &web.audience, &web.subject, &web.amr);
            }
            if let Some(saml) = &session.saml {
                context.set("aws:FederatedProvider", saml.provider_arn.as_str());
                of_saml(context, saml);
            }
            if let Some(source) = &session.source_identity {
                context.set("aws:SourceIdentity", source.as_str());
            }
        }
    }
    context.set_tags("aws:PrincipalTag", tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    if let Caller::Session(session) = caller
        && let Some(at) = session.mfa_authenticated_at
    {
        let now: i64 = context.single("aws:EpochTime").and_then(|text| text.parse().ok()).unwrap_or_default();
        context.set_number("aws:MultiFactorAuthAge", now.saturating_sub(at.seconds()));
    }
}

/// The tags of a role or user with those of the session over them; keys are the same without regard to case
/// (spec/sts-and-iam.md B7, 6).
pub fn principal_tags(caller: &Caller, mut own: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if let Caller::Session(session) = caller {
        for (key, value) in &session.tags {
            own.retain(|known, _| !known.eq_ignore_ascii_case(key));
            own.insert(key.clone(), value.clone());
        }
    }
    own
}

/// `PROVIDER:aud`, `PROVIDER:sub` and `PROVIDER:amr`, in the trust decision and in the session afterwards; Facebook and Amazon
/// have names of their own for app and user. The keys of a provider that is registered in IAM begin with its host and path, not
/// with its ARN (spec/policy.md 5.3).
pub fn of_web_identity(context: &mut Context, provider: &str, audience: &str, subject: &str, amr: &[String]) {
    let provider = web_identity_prefix(provider);
    context.set(format!("{provider}:aud"), audience);
    context.set(format!("{provider}:sub"), subject);
    let user = match provider {
        "graph.facebook.com" => Some("id"),
        "www.amazon.com" => Some("user_id"),
        _ => None,
    };
    if let Some(user) = user {
        context.set(format!("{provider}:app_id"), audience);
        context.set(format!("{provider}:{user}"), subject);
    }
    if !amr.is_empty() {
        context.set_list(format!("{provider}:amr"), amr.iter().map(String::as_str));
    }
}

/// What the condition keys of a web identity provider begin with: the issuer without scheme, also from the ARN under which IAM
/// knows it.
pub fn web_identity_prefix(provider: &str) -> &str {
    match provider.split_once(":oidc-provider/") {
        Some((arn, issuer)) if arn.starts_with("arn:") => issuer,
        _ => provider,
    }
}

/// The keys of SAML that stay in the session (spec/sts-and-iam.md B9).
pub fn of_saml(context: &mut Context, saml: &SamlIdentity) {
    context.set("saml:namequalifier", saml.name_qualifier.as_str());
    context.set("saml:sub", saml.subject.as_str());
    context.set("saml:sub_type", saml.subject_type.as_str());
}

/// `aws:RequestTag/KEY` and `aws:TagKeys` from the members of an input that carry tags.
pub fn of_request_tags(context: &mut Context, input: &Value) {
    let mut keys: Vec<String> = Vec::new();
    for member in ["Tags", "UserPoolTags", "IdentityPoolTags"] {
        match input.get(member) {
            Some(Value::Map(entries)) => {
                for (key, value) in entries {
                    context.set(format!("aws:RequestTag/{key}"), value.as_str().unwrap_or_default());
                    keys.push(key.clone());
                }
            }
            Some(Value::List(tags)) => {
                for tag in tags {
                    if let (Some(key), value) = (tag.get("Key").and_then(Value::as_str), tag.get("Value")) {
                        let value = value.and_then(Value::as_str).unwrap_or_default();
                        context.set(format!("aws:RequestTag/{key}"), value);
                        keys.push(key.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(untagged) = input.get("TagKeys").and_then(Value::as_list) {
        keys.extend(untagged.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    if !keys.is_empty() {
        context.set_list("aws:TagKeys", keys);
    }
}

fn principal_type(caller: &Caller) -> &'static str {
    match caller {
        Caller::Anonymous => "Anonymous",
        Caller::Root { .. } => "Account",
        Caller::User { .. } => "User",
        Caller::Session(session) => match session.principal {
            SessionPrincipal::AssumedRole { .. } => "AssumedRole",
            SessionPrincipal::FederatedUser { .. } => "FederatedUser",
            SessionPrincipal::User { .. } => "User",
            SessionPrincipal::Root => "Account",
        },
    }
}

/// `aws:PrincipalArn`: for a role session the role's own ARN, with its path (spec/policy.md 5.2).
fn principal_arn(caller: &Caller) -> String {
    match caller {
        Caller::Session(session) => match &session.principal {
            SessionPrincipal::AssumedRole { role_arn, .. } => role_arn.clone(),
            _ => session.caller_arn(),
        },
        _ => caller.arn(),
    }
}
