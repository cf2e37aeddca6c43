//! Any bytes are either a policy or an error, for every validator; what validates also parses.
#![no_main]

use iam_policy::{IdentityKind, Policy, validate_bucket, validate_identity, validate_trust};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = Policy::parse(text);
    let validated = [
        validate_identity(text, IdentityKind::Managed).is_ok(),
        validate_identity(text, IdentityKind::Inline).is_ok(),
        validate_trust(text).is_ok(),
        validate_bucket(text, "bucket").is_ok(),
    ];
    assert!(parsed.is_ok() || !validated.contains(&true));
    if let Ok(policy) = parsed {
        policy.context_keys();
        policy.principals();
        policy.is_public();
    }
});
