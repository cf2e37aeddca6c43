//! `cargo xtask bench`: builds the server and the load generator for speed, and runs the measurement.

use crate::run::{self, root, step, target};
use std::process::Command;

/// Builds `sekisho` and `bench` in release mode and runs `bench`; `arguments` go to it.
///
/// # Errors
/// The build or the measurement failed.
pub fn run(arguments: &[String]) -> Result<(), String> {
    step("building for speed");
    let build = ["build", "--release", "--package", "server", "--package", "bench"];
    run::status(Command::new(run::cargo()).args(build).current_dir(root()))?;
    let folder = target().join("release");
    run::status(Command::new(folder.join("bench")).arg(folder.join("sekisho")).args(arguments))
}
