//! Whether a bucket policy is public, for Block Public Access (spec/policy.md 9.6).

use crate::arn::Arn;
use crate::condition::Condition;
use crate::policy::Policy;
use crate::statement::{Effect, Statement};
use std::net::IpAddr;

impl Policy {
    /// Whether some Allow statement is not confined to fixed accounts, principals, networks or sources. Deny statements
    /// do not count.
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| statement.effect == Effect::Allow && is_open(statement))
    }
}

fn is_open(statement: &Statement) -> bool {
    let named = statement
        .principal
        .as_ref()
        .is_some_and(|clause| !clause.negated && clause.entries.iter().all(|entry| entry.is_fixed()));
    // A statement without Principal reaches nobody.
    statement.principal.is_some() && !named && !statement.conditions.iter().any(confines)
}

/// Whether the condition pins one of the keys that count to values without wildcard or variable.
fn confines(condition: &Condition) -> bool {
    if !condition.pins_values() {
        return false;
    }
    let key = condition.key.to_ascii_lowercase();
    let plain = |value: &str| !value.is_empty() && !value.contains(['*', '?']) && !value.contains("${");
    let every = |test: &dyn Fn(&str) -> bool| condition.wanted.iter().all(|value| test(value));
    match key.as_str() {
        "aws:principalarn"
        | "aws:principalaccount"
        | "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:sourcearn"
        | "aws:sourcevpc"
        | "aws:sourcevpce"
        | "aws:sourceowner"
        | "aws:sourceaccount"
        | "aws:sourceorgid"
        | "s3:x-amz-server-side-encryption-aws-kms-key-id"
        | "s3:dataaccesspointaccount" => every(&plain),
        // `AROLEID:*` names every session of a role, and yet is not fixed.
        "aws:userid" => every(&plain),
        "aws:sourceip" => every(&is_narrow),
        // The access point's name may be a wildcard when its account is fixed.
        "s3:dataaccesspointarn" => every(&|value| Arn::parse(value).is_some_and(|arn| plain(arn.account))),
        _ => false,
    }
}

/// Not broader than /8 (v6: /32), or a private network.
fn is_narrow(block: &str) -> bool {
    let Some(block) = crate::condition::ip::Block::parse(block) else { return false };
    match block.address {
        // The private networks are /8 and narrower, so they need no exception.
        IpAddr::V4(_) => block.prefix >= 8,
        IpAddr::V6(_) => block.prefix >= 32,
    }
}
