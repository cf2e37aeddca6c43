//! The rules of each kind of policy, with AWS's sentence for each breach.

mod bucket;
mod identity;
mod trust;

pub use bucket::validate_bucket;
pub use identity::{IdentityKind, validate_identity};
pub use trust::validate_trust;

use crate::json::Node;

/// Why AWS refuses to save a document. The code is `MalformedPolicyDocument` (400), for bucket policies
/// `MalformedPolicy` (400); the message is AWS's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// The sentence on the wire.
    pub message: String,
}

impl Malformed {
    pub(crate) fn new(message: impl Into<String>) -> Malformed {
        Malformed { message: message.into() }
    }
}

/// Characters that count against a policy's quota: all but space, tab, line feed and carriage return, inside strings
/// too (spec/policy.md 1.5).
pub fn size_without_whitespace(text: &str) -> usize {
    text.chars().filter(|character| !matches!(character, ' ' | '\t' | '\n' | '\r')).count()
}

/// The statements of a document, one or many; empty when there is no Statement.
fn statements(document: &Node) -> &[Node] {
    document.member("Statement").map(Node::one_or_many).unwrap_or_default()
}

/// The strings of a member that is a string or a list; empty when absent.
fn strings<'n>(statement: &'n Node, member: &str) -> impl Iterator<Item = &'n str> + Clone {
    statement.member(member).map(Node::one_or_many).unwrap_or_default().iter().filter_map(Node::text)
}

/// The first non-empty Sid that stands twice.
fn repeats_a_sid(document: &Node) -> bool {
    let mut seen = std::collections::HashSet::new();
    statements(document)
        .iter()
        .filter_map(|statement| statement.member("Sid").and_then(Node::text))
        .filter(|sid| !sid.is_empty())
        .any(|sid| !seen.insert(sid))
}

/// A Sid of identity, session, boundary and trust policies.
fn is_plain_sid(sid: &str) -> bool {
    sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
