//! The IAM policy language: parse, validate, evaluate, explain. No I/O and no clock: the caller brings the documents,
//! the condition keys and the time, and stores, caches and answers on the wire itself.
//!
//! ```
//! use iam_policy::{Context, Decision, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, evaluate};
//!
//! let policy = Policy::parse(r#"{"Version":"2012-10-17","Statement":
//!     {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app/${aws:username}/*"}}"#)?;
//! let caller = Principal::User {
//!     arn: "arn:aws:iam::111122223333:user/ana".into(), id: "AIDAEXAMPLE".into(), account: "111122223333".into(),
//! };
//! let mut context = Context::new();
//! context.set("aws:username", "ana");
//! let request = Request {
//!     principal: &caller, action: "s3:GetObject", resource: Resource::Arn("arn:aws:s3:::app/ana/cat.jpg"),
//!     resource_account: None, context: &context,
//! };
//! let identity = [PolicyRef::new(PolicyKind::Inline, "home", &policy)];
//! let verdict = evaluate(&request, &Layers { identity: &identity, ..Layers::default() });
//! assert_eq!(verdict.decision, Decision::Allowed);
//! # Ok::<(), iam_policy::SyntaxError>(())
//! ```

mod arn;
mod condition;
mod context;
mod evaluate;
mod explain;
mod json;
mod parse;
mod pattern;
mod policy;
mod principal;
mod public;
mod statement;
mod trust;
mod validate;
mod variable;
mod verdict;

pub use arn::Arn;
pub use context::{Context, Value};
pub use evaluate::{Layer, Layers, PolicyKind, PolicyRef, Request, Resource, evaluate};
pub use explain::{Explanation, Lack, LayerExplanation, NearMiss, StatementPlace};
pub use parse::{Position, SyntaxError};
pub use policy::{NamedPrincipal, Policy, Version};
pub use principal::{Grant, Principal};
pub use statement::{Effect, Span, Statement};
pub use trust::evaluate_trust;
pub use validate::{
    IdentityKind, Malformed, size_without_whitespace, validate_bucket, validate_identity, validate_trust,
};
pub use verdict::{Basis, Decision, LayerOutcome, Match, Outcome, Verdict};
