//! Policies that a simulation leaves out (spec/policy.md 8.1, PolicyExclusionList).

use crate::holdings::{Held, Holdings};
use contract::Fault;
use gate::managed_policies::is_aws_managed;
use model::iam::enums::policy_identifier_policy_type as sort;
use model::iam::error::invalid_input;
use model::iam::shapes::PolicyIdentifier;

/// Takes out what the exclusions name. One that names nothing is ignored.
///
/// # Errors
/// `InvalidInput`: an exclusion names its policies in no way, or in several.
pub fn apply(holdings: &mut Holdings, exclusions: &[PolicyIdentifier]) -> Result<(), Fault> {
    for exclusion in exclusions {
        match (&exclusion.policy_type, &exclusion.policy_arn, &exclusion.inline_policy_identifier) {
            (Some(kind), None, None) => match kind.as_str() {
                sort::INLINE => holdings.policies.retain(|held| held.arn.is_some()),
                sort::AWS_MANAGED => holdings.policies.retain(|held| !arn(held).is_some_and(is_aws_managed)),
                sort::USER_MANAGED => holdings.policies.retain(|held| arn(held).is_none_or(is_aws_managed)),
                sort::PERMISSION_BOUNDARY => holdings.boundary = None,
                // There are no organisation policies here to leave out.
                _ => {}
            },
            (None, Some(pattern), None) => {
                if !is_pattern(pattern) {
                    return Err(invalid_input(format!("ARN {pattern} is not valid.")));
                }
                holdings.policies.retain(|held| arn(held).is_none_or(|arn| !names(pattern, arn)));
            }
            (None, None, Some(inline)) => holdings.policies.retain(|held| {
                held.arn.is_some()
                    || held.name != inline.policy_name
                    || held.owner_kind.as_str() != inline.attachment_type
                    || held.owner_name != inline.attachment_name
            }),
            _ => return Err(invalid_input("A policy exclusion must have exactly one member.")),
        }
    }
    Ok(())
}

fn arn(held: &Held) -> Option<&str> {
    held.arn.as_deref()
}

/// An ARN of a managed policy, with at most one `*`, and that in the name.
fn is_pattern(pattern: &str) -> bool {
    let name = pattern.rsplit('/').next().unwrap_or_default();
    pattern.starts_with("arn:aws:iam::")
        && pattern.contains(":policy/")
        && pattern.matches('*').count() == name.matches('*').count()
        && name.matches('*').count() <= 1
}

/// Whether a pattern names a policy: by its ARN, or by the same without its path.
fn names(pattern: &str, arn: &str) -> bool {
    let pathless = arn
        .split_once(":policy/")
        .and_then(|(account, resource)| resource.rsplit('/').next().map(|name| format!("{account}:policy/{name}")));
    matches(pattern, arn) || pathless.is_some_and(|arn| matches(pattern, &arn))
}

/// `*` stands for anything, `?` for one character; there is at most one `*`.
fn matches(pattern: &str, text: &str) -> bool {
    let same = |pattern: &str, text: &str| {
        pattern.len() == text.len() && pattern.bytes().zip(text.bytes()).all(|(p, t)| p == b'?' || p == t)
    };
    let Some((head, tail)) = pattern.split_once('*') else { return same(pattern, text) };
    // INVARIANT: ARNs of policies are ASCII; one that is not matches nothing.
    let start = text.get(..head.len());
    let end = text.len().checked_sub(tail.len()).and_then(|at| text.get(at..));
    head.len() + tail.len() <= text.len()
        && start.is_some_and(|start| same(head, start))
        && end.is_some_and(|end| same(tail, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_policies_by_arn_or_without_path() {
        let arn = "arn:aws:iam::123456789012:policy/team/ReadAll";
        for pattern in [
            arn,
            "arn:aws:iam::123456789012:policy/ReadAll",
            "arn:aws:iam::123456789012:policy/R*l",
            "arn:aws:iam::123456789012:policy/Re??All",
            "arn:aws:iam::123456789012:policy/*",
        ] {
            assert!(names(pattern, arn), "{pattern}");
        }
        for pattern in [
            "arn:aws:iam::123456789012:policy/Read",
            "arn:aws:iam::123456789012:policy/ReadAll*x",
            "arn:aws:iam::999999999999:policy/ReadAll",
            "arn:aws:iam::123456789012:policy/ReadAllReadAll*",
        ] {
            assert!(!names(pattern, arn), "{pattern}");
        }
        assert!(
            !is_pattern("arn:aws:iam::*:policy/x") && !is_pattern("arn:aws:iam::1:policy/a*b*") && !is_pattern("x")
        );
    }
}
