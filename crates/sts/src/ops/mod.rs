//! One operation per file, named as the SDK names it.

pub mod get_caller_identity;
