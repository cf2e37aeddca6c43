//! May this caller assume this role: the role's trust policy must say so (spec/policy.md 6.5).

use crate::evaluate::{Layer, Layers, PolicyRef, Request, decide};
use crate::verdict::Verdict;

/// Decides AssumeRole, AssumeRoleWithWebIdentity, AssumeRoleWithSAML and their companions (`sts:TagSession`,
/// `sts:SetSourceIdentity`, `sts:SetContext`). The request's resource is the role's ARN.
///
/// `caller` holds the caller's own layers; its `resource` is replaced by `trust`. Token holders
/// ([`Principal::WebIdentity`](crate::Principal::WebIdentity), [`Principal::Saml`](crate::Principal::Saml)) and services
/// have none: pass `&Layers::default()`.
pub fn evaluate_trust<'a>(trust: PolicyRef<'a>, request: &Request<'a>, caller: &Layers<'a>) -> Verdict<'a> {
    let layers = Layers { resource: Some(trust), ..*caller };
    decide(request, &layers, Layer::Trust)
}
