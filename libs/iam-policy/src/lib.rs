//! iam-policy.
