//! `cargo xtask check`: format, lints, what may depend on what, licences, unused dependencies, fresh generated code.

use crate::run::{self, root, step};
use crate::{codegen, unused};
use std::process::{Command, Stdio};

/// A check's name, and what finds out.
type Check = (&'static str, fn() -> Result<(), String>);

/// Runs every check, also after one has failed, and says at the end which did.
///
/// # Errors
/// The names of the checks that failed.
pub fn run(_arguments: &[String]) -> Result<(), String> {
    let checks: [Check; 5] = [
        ("format", || cargo(&["fmt", "--all", "--check"])),
        ("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
        ("dependencies", deny),
        ("unused dependencies", unused::check),
        ("generated code", || codegen::run(&["--check".to_owned()])),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        step(name);
        if let Err(error) = check() {
            println!("{error}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        println!("all checks passed");
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")))
    }
}

/// Licences, bans and sources by `deny.toml`. The advisory database is fetched from the network, so it is left to
/// `cargo deny check advisories`.
fn deny() -> Result<(), String> {
    let there = Command::new(run::cargo())
        .args(["deny", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        return Err("cargo-deny is missing; install it with: cargo install --locked cargo-deny".to_owned());
    }
    cargo(&["deny", "check", "licenses", "bans", "sources"])
}

fn cargo(arguments: &[&str]) -> Result<(), String> {
    run::status(Command::new(run::cargo()).args(arguments).current_dir(root()))
}
