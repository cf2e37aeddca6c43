//! The contracts of the four services as plain structs and statics, generated from `models/` by
//! `cargo xtask codegen`. One module per service, named by its signing name.
//!
//! Left to others: bytes (`wire`), and what an operation does (the services).

pub mod cognito_identity;
pub mod cognito_idp;
pub mod iam;
pub mod sts;

/// Every service.
pub static SERVICES: &[&contract::Service] =
    &[&cognito_identity::SERVICE, &cognito_idp::SERVICE, &iam::SERVICE, &sts::SERVICE];
