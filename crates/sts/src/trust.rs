//! May they assume this role: the role's trust policy decides, and its reasons go into the decision record.

use crate::saml::Provider;
use crate::saml_attributes;
use crate::session_claims;
use crate::session_tags::{CarriedTags, RequestedTags};
use crate::web_identity::Verified;
use contract::Fault;
use domain::session::{SamlIdentity, WebIdentity};
use federation::saml::Assertion;
use gate::context;
use iam_policy::{
    Context, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, Statement, Verdict, evaluate_trust,
};
use model::sts::error;
use service::{Caller, Cx, Decision, RoleFacts};
use std::collections::BTreeMap;

/// What a signed caller asks for with AssumeRole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AssumeRequest<'a> {
    pub session_name: &'a str,
    pub external_id: Option<&'a str>,
    /// Those that the request itself sets.
    pub requested_tags: &'a BTreeMap<String, String>,
    /// Those of the session in the end.
    pub carried_tags: &'a CarriedTags,
    /// The one of the session in the end.
    pub source_identity: Option<&'a str>,
    /// Whether a second factor was shown with this very request.
    pub mfa: bool,
}

/// Whether role and caller let the caller in: `sts:AssumeRole`, and `sts:TagSession` and `sts:SetSourceIdentity` where tags and
/// a source identity are set or passed on (spec/policy.md 6.5).
///
/// # Errors
/// `AccessDenied` with the first action that is missing.
pub(crate) async fn assume(cx: &Cx, role: &RoleFacts, asked: AssumeRequest<'_>) -> Result<(), Fault> {
    let mut extra = Context::new();
    of_session(&mut extra, role, asked.session_name, asked.requested_tags);
    if let Some(id) = asked.external_id {
        extra.set("sts:ExternalId", id);
    }
    of_chain(&mut extra, &asked.carried_tags.transitive, asked.source_identity);
    if asked.mfa {
        extra.set_bool("aws:MultiFactorAuthPresent", true);
        extra.set_number("aws:MultiFactorAuthAge", 0);
    }
    let mut actions = vec!["sts:AssumeRole"];
    if !asked.carried_tags.tags.is_empty() {
        actions.push("sts:TagSession");
    }
    if asked.source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    for action in actions {
        let mut decision = std::mem::take(&mut *cx.decision());
        let view = cx.request.view();
        let permitted = cx.node.gate.permit_assumption(&cx.caller, role, action, &extra, view, &mut decision).await;
        *cx.decision() = decision;
        permitted?.map_err(error::access_denied)?;
    }
    Ok(())
}

/// What the holder of a verified web identity token asks for.
#[derive(Clone, Copy, Debug)]
pub struct WebIdentityRequest<'a> {
    /// What the token says: provider, audience, subject, `amr`.
    pub web_identity: &'a WebIdentity,
    /// RoleSessionName.
    pub session_name: &'a str,
    /// Session tags the token brings; with any, the trust policy must allow `sts:TagSession` too.
    pub tags: &'a BTreeMap<String, String>,
}

/// Whether the role's trust policy lets this token holder in (spec/policy.md 6.5, spec/identity-pools.md 11).
///
/// There is no identity side: the caller is unsigned. The statement that decided, or the nearest miss, is recorded
/// under the stage `trust`.
pub fn may_assume_with_web_identity(cx: &Cx, role: &RoleFacts, asked: WebIdentityRequest<'_>) -> bool {
    // AssumeRoleWithWebIdentity would not take them either.
    if let Err(fault) = session_claims::demand_usable(asked.tags) {
        cx.decision().failed("tags", fault.to_string());
        return false;
    }
    let principal = Principal::WebIdentity { provider: asked.web_identity.provider.clone() };
    let context = web_identity_context(cx, role, asked);
    let companions = companions(!asked.tags.is_empty(), false);
    allows_all(cx, role, &principal, "sts:AssumeRoleWithWebIdentity", companions, &context)
}

/// What a token or an assertion wants besides its holder's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub session_name: &'a str,
    pub tags: &'a RequestedTags,
    pub source_identity: Option<&'a str>,
}

/// Whether the trust policy lets the holder of any web identity token in, with the keys that only a token has.
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn assume_with_web_identity(
    cx: &Cx,
    role: &RoleFacts,
    verified: &Verified,
    authorized_by_idp: bool,
    wanted: Wanted<'_>,
) -> Result<(), Fault> {
    let web = &verified.web_identity;
    let asked = WebIdentityRequest { web_identity: web, session_name: wanted.session_name, tags: &wanted.tags.tags };
    let mut context = web_identity_context(cx, role, asked);
    let transitive: Vec<String> = wanted.tags.transitive.iter().cloned().collect();
    of_chain(&mut context, &transitive, wanted.source_identity);
    let prefix = context::web_identity_prefix(&web.provider);
    if let Some(email) = verified.claims.get("email").and_then(serde_json::Value::as_str) {
        context.set(format!("{prefix}:email"), email);
    }
    match verified.original_audiences.as_slice() {
        [] => {}
        [only] => context.set(format!("{prefix}:oaud"), only.as_str()),
        several => context.set_list(format!("{prefix}:oaud"), several.iter().map(String::as_str)),
    }
    context.set_bool("sts:RoleAuthorizedByIdp", authorized_by_idp);
    let principal = Principal::WebIdentity { provider: web.provider.clone() };
    let action = "sts:AssumeRoleWithWebIdentity";
    let companions = companions(!wanted.tags.tags.is_empty(), wanted.source_identity.is_some());
    if allows_all(cx, role, &principal, action, companions, &context) { Ok(()) } else { Err(not_authorized(action)) }
}

/// Whether the trust policy lets the subject of an assertion in. While it is asked, the caller counts as a user of the
/// provider's account whose id is the provider's ARN (spec/sts-and-iam.md B5).
///
/// # Errors
/// `AccessDenied`.
pub(crate) fn assume_with_saml(
    cx: &Cx,
    role: &RoleFacts,
    provider: &Provider,
    assertion: &Assertion,
    identity: &SamlIdentity,
    wanted: Wanted<'_>,
) -> Result<(), Fault> {
    let mut context = context::of_request(cx.request.view(), &Caller::Anonymous, &BTreeMap::new());
    context.set("aws:PrincipalAccount", provider.account().as_str());
    context.set("aws:PrincipalType", "User");
    context.set("aws:userid", identity.provider_arn.as_str());
    context.set("aws:FederatedProvider", identity.provider_arn.as_str());
    context::of_saml(&mut context, identity);
    saml_attributes::set(&mut context, assertion);
    context.set("saml:aud", assertion.recipient.as_str());
    context.set("saml:iss", assertion.issuer.as_str());
    context.set("saml:doc", provider.doc());
    of_session(&mut context, role, wanted.session_name, &wanted.tags.tags);
    let transitive: Vec<String> = wanted.tags.transitive.iter().cloned().collect();
    of_chain(&mut context, &transitive, wanted.source_identity);
    let principal = Principal::Saml { provider_arn: identity.provider_arn.clone() };
    let action = "sts:AssumeRoleWithSAML";
    let companions = companions(!wanted.tags.tags.is_empty(), wanted.source_identity.is_some());
    if allows_all(cx, role, &principal, action, companions, &context) { Ok(()) } else { Err(not_authorized(action)) }
}

/// The one sentence for unsigned callers: refused trust, absent role, malformed ARN (spec/sts-and-iam.md B3).
pub(crate) fn not_authorized(action: &str) -> Fault {
    error::access_denied(format!("Not authorized to perform {action}"))
}

/// The actions that are needed beside the one that assumes.
fn companions(tags: bool, source_identity: bool) -> impl Iterator<Item = &'static str> {
    let of_tags = tags.then_some("sts:TagSession");
    of_tags.into_iter().chain(source_identity.then_some("sts:SetSourceIdentity"))
}

fn allows_all(
    cx: &Cx,
    role: &RoleFacts,
    principal: &Principal,
    action: &'static str,
    companions: impl Iterator<Item = &'static str>,
    context: &Context,
) -> bool {
    std::iter::once(action)
        .chain(companions)
        .all(|action| trusts(cx, role, principal, action, context, &Layers::default()))
}

/// Asks the trust policy for one action; `layers` are the caller's own policies, if it has an identity side.
fn trusts(
    cx: &Cx,
    role: &RoleFacts,
    principal: &Principal,
    action: &str,
    context: &Context,
    layers: &Layers<'_>,
) -> bool {
    let arn = role.arn();
    let request = Request {
        principal,
        action,
        resource: Resource::Arn(&arn),
        resource_account: Some(role.account.as_str()),
        context,
    };
    let trust = PolicyRef::new(PolicyKind::Trust, "trust policy", &role.trust);
    let verdict = evaluate_trust(trust, &request, layers);
    record(&mut cx.decision(), &verdict);
    verdict.is_allowed()
}

fn web_identity_context(cx: &Cx, role: &RoleFacts, asked: WebIdentityRequest<'_>) -> Context {
    let web = asked.web_identity;
    let mut context = Context::with_capacity(8);
    if asks_beyond(&role.trust, context::web_identity_prefix(&web.provider)) {
        context = context::of_request(cx.request.view(), &Caller::Anonymous, &BTreeMap::new());
        // A token holder is neither anonymous nor an IAM principal yet: these keys come with the session.
        for key in ["aws:PrincipalAccount", "aws:PrincipalType", "aws:userid"] {
            context.remove(key);
        }
        of_session(&mut context, role, asked.session_name, asked.tags);
    }
    context::of_web_identity(&mut context, &web.provider, &web.audience, &web.subject, &web.amr);
    context.set("aws:FederatedProvider", web.provider.as_str());
    context
}

/// Whether a policy asks for more than the keys of one provider. Most trust policies of web identities do not, and what nobody
/// asks for need not be made up for every call.
fn asks_beyond(trust: &Policy, prefix: &str) -> bool {
    let is_of_provider = |key: &str| {
        let begins = key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        begins && key.as_bytes().get(prefix.len()) == Some(&b':')
    };
    !trust.statements().iter().flat_map(Statement::context_keys).all(is_of_provider)
}

/// The keys that every way of assuming a role has (spec/sts-and-iam.md B7).
fn of_session(context: &mut Context, role: &RoleFacts, session_name: &str, tags: &BTreeMap<String, String>) {
    context.set("aws:ResourceAccount", role.account.as_str());
    context.set_tags("aws:ResourceTag", texts(&role.tags));
    context.set_tags("iam:ResourceTag", texts(&role.tags));
    context.set("sts:RoleSessionName", session_name);
    if !tags.is_empty() {
        context.set_tags("aws:RequestTag", texts(tags));
        context.set_list("aws:TagKeys", tags.keys().map(String::as_str));
    }
}

/// `sts:TransitiveTagKeys` and `sts:SourceIdentity`.
fn of_chain(context: &mut Context, transitive: &[String], source_identity: Option<&str>) {
    if !transitive.is_empty() {
        context.set_list("sts:TransitiveTagKeys", transitive.iter().map(String::as_str));
    }
    if let Some(source) = source_identity {
        context.set("sts:SourceIdentity", source);
    }
}

fn texts(tags: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

fn record(decision: &mut Decision, verdict: &Verdict<'_>) {
    let action = verdict.request().action;
    let role = verdict.request().resource.arn().unwrap_or_default();
    match verdict.deciding() {
        Some(found) if verdict.is_allowed() => {
            let statement = found.statement;
            let which = statement.sid().map_or_else(|| (statement.index() + 1).to_string(), |sid| format!("`{sid}`"));
            decision.passed("trust", format!("{role} allows {action} by statement {which} of its trust policy"));
        }
        _ if verdict.is_allowed() => decision.passed("trust", format!("{role} allows {action}")),
        _ => {
            let why = verdict.explain().to_string();
            decision.failed("trust", format!("{role} does not allow {action}: {}", why.trim_end()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_policy_that_asks_for_the_provider_s_keys_alone_is_told_from_one_that_asks_more() {
        let policy = |condition: &str| {
            let statement = format!(r#"{{"Effect":"Allow","Principal":"*","Action":"*","Condition":{condition}}}"#);
            Policy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)).unwrap()
        };
        let beyond = |condition: &str| asks_beyond(&policy(condition), "idp.example.com");
        assert!(!beyond("{}"));
        assert!(!beyond(r#"{"StringEquals":{"IDP.example.com:aud":"app","idp.example.com:sub":"ana"}}"#));
        assert!(beyond(r#"{"StringEquals":{"idp.example.com:aud":"app","aws:SecureTransport":"true"}}"#));
        assert!(beyond(r#"{"StringEquals":{"idp.example.com:aud":"${aws:RequestedRegion}"}}"#));
        assert!(beyond(r#"{"StringEquals":{"idp.example.community:aud":"app"}}"#));
        assert!(beyond(r#"{"StringEquals":{"idp.example.com":"app"}}"#));
    }
}
