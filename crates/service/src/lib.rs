//! What an operation is given, and how the table of operations is written.
//!
//! An operation is one async function of a [`Cx`] and its typed input. It reaches the store through the context, takes
//! time and randomness from it, and leaves reasons in its decision record. This room knows nothing of HTTP and nothing
//! of any one operation.

mod caches;
mod cx;
mod keep;
mod key_source;
pub mod mfa;
mod node;
mod operation;
mod outbound;
pub mod saml_key;
mod vault;

pub use caches::Caches;
pub use cx::{Cx, RequestFacts};
pub use gate::revocation;
pub use gate::{Asked, Cache, Caller, Context, Decision, Decisions, Gate, RoleFacts};
pub use key_source::KeySource;
pub use node::{Issuer, Node, NodeParts};
pub use operation::{ConditionKeys, Entry, Handler, LocalBoxFuture};
pub use vault::Vault;
