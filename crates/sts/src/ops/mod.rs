//! One operation per file, named as the SDK names it.

pub mod assume_role;
pub mod get_caller_identity;
