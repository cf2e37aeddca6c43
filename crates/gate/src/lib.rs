//! The gate: whose signature a request carries ([`Gate::admit`]), what they may do ([`Gate::allow`]), on which ARN, and the
//! record of why. The API and S3 pass through the same gate.
//!
//! Left to others: bytes and protocols (`wire`), what operations do (the services), the policy language (`iam-policy`), the
//! signature's arithmetic (`sigv4`).

mod admit;
mod admit_s3;
mod allow;
pub mod authorization_message;
mod cache;
mod caller;
pub mod context;
mod decision;
mod dialect;
mod last_use;
pub mod managed_policies;
mod owned;
pub mod principal_ids;
mod principal_text;
mod principals;
mod resource;
pub mod revocation;
mod revocations;
mod session_limits;

pub use admit::Refused;
pub use admit_s3::{Admitted, SignatureFacts};
pub use allow::{Asked, principal_of, record};
pub use cache::Cache;
pub use caller::{Caller, UserFacts};
pub use context::RequestView;
pub use decision::{Decision, Decisions, Outcome, Step};
pub use dialect::not_authorized;
pub use iam_policy::Context;
pub use owned::{Denial, Hearing, Owned};
pub use principals::{AccessKeyFacts, Gate, IdentityPolicies, NamedPolicy, RoleFacts, Secrets, UserRecord};
