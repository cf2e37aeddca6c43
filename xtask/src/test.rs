//! `cargo xtask test`: prepares what the tests need, runs every test of the workspace, and counts them.

use crate::needs::{self, Needs};
use crate::run::{self, root};
use crate::tally::Tally;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the tests; `arguments` go to `cargo test` in place of `--workspace` (for example `-p store`).
///
/// The last line printed is `N passed, N failed`, with `, N skipped` behind it when there are ignored tests.
///
/// # Errors
/// Something failed, or something that the tests need is missing. The message is empty: all was said, and the count
/// stays the last line.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let mut tally = Tally::default();
    let needs = needs::prepare();
    for missing in &needs.missing {
        // A need that could not be met fails by itself: the count must not look better than the run was.
        tally.fail(missing);
    }
    match build() {
        Ok(server) => {
            if let Err(error) = cargo_test(arguments, &server, &needs, &mut tally) {
                tally.fail(&error);
            }
        }
        Err(error) => tally.fail(&error),
    }
    println!();
    for failure in tally.failures() {
        println!("failed: {failure}");
    }
    println!("{tally}");
    if tally.failed() == 0 { Ok(()) } else { Err(String::new()) }
}

/// Builds the workspace with its tests in one go, so that `cargo test` finds everything built with the same features,
/// and answers where the server binary is.
fn build() -> Result<PathBuf, String> {
    run::step("building the workspace and its tests");
    let arguments = ["build", "--workspace", "--all-targets", "--message-format=json-render-diagnostics"];
    let lines = run::output(cargo().args(arguments))?;
    lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact"
                && message["target"]["name"] == "sekisho"
                && message["profile"]["test"] == false
        })
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "the build made no `sekisho` binary".to_owned())
}

/// Runs `cargo test`, shows what it says, and counts.
fn cargo_test(arguments: &[String], server: &Path, needs: &Needs, tally: &mut Tally) -> Result<(), String> {
    run::step("running the tests");
    let mut command = cargo();
    command.args(["test", "--no-fail-fast"]);
    if arguments.is_empty() {
        command.arg("--workspace");
    } else {
        command.args(arguments);
    }
    // Nothing is left out: what the caller's shell says about that does not count here.
    command.env("SEKISHO_BIN", server).env_remove("SEKISHO_SKIP_POSTGRES");
    for (name, value) in &needs.environment {
        command.env(name, value);
    }
    // One pipe for both streams keeps cargo's `Running …` lines in order with what the test programs print.
    let (reader, writer) = std::io::pipe().map_err(|error| format!("no pipe: {error}"))?;
    let copy = writer.try_clone().map_err(|error| format!("no pipe: {error}"))?;
    let mut child =
        command.stdout(copy).stderr(writer).spawn().map_err(|error| format!("cannot run cargo test: {error}"))?;
    // The command holds the writing ends; while it lives the reader would never see the end.
    drop(command);
    let mut out = std::io::stdout();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(|error| format!("cannot read from cargo test: {error}"))? > 0 {
        let _ = out.write_all(&line);
        tally.line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    tally.end();
    let status = child.wait().map_err(|error| format!("cargo test was lost: {error}"))?;
    if !status.success() && tally.failed() == 0 {
        return Err(format!("cargo test ended with {status} although no test was seen to fail"));
    }
    Ok(())
}

fn cargo() -> Command {
    let mut command = Command::new(run::cargo());
    command.current_dir(root()).env("CARGO_TERM_COLOR", "never");
    command
}
