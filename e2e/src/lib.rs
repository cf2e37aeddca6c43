//! The built server against real clients: a harness that starts `sekisho`, runs AWS's own command line and boto3
//! against it, and tells what they said.
//!
//! `cargo xtask test` says where the programs are: `SEKISHO_BIN`, `SEKISHO_AWS`, `SEKISHO_PYTHON`, `SEKISHO_NODE` and
//! `SEKISHO_JS`. A test that needs one which is not there fails and names it.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

pub mod account;
pub mod http;
pub mod principal;
pub mod server;
pub mod shell;
pub mod token;

pub use server::{Engine, Server};
pub use shell::{Output, Shell};

/// The value of a variable that `cargo xtask test` sets.
///
/// # Panics
/// It is not set.
pub fn needed(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run the tests with `cargo xtask test`"))
}
