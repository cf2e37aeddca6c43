//! The `sekisho` binary: wiring only. Rules, SQL and protocols live in the other rooms.

mod cli;
mod client;
mod clock;
mod commands;
mod config;
mod data_dir;
mod detached;
mod housekeeping;
mod http;
mod listen;
mod log_lines;
mod logging;
#[cfg(test)]
mod not_yet;
mod operations;
mod operator;
mod paths;
mod patient_io;
mod providers;
mod s3_edge;
mod s3_settings;
mod spare_keys;
mod start;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let ended = match &cli.command {
        cli::Command::Serve(args) => commands::serve::run(args),
        cli::Command::Demo(args) => commands::demo::run(args),
        cli::Command::Env(args) => commands::env::run(args),
        cli::Command::Explain(args) => commands::explain::run(args),
        cli::Command::Revoke(args) => commands::revoke::run(args),
        cli::Command::Keys(args) => commands::keys::run(args),
        cli::Command::Reset(args) => commands::reset::run(args),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("sekisho: {message}");
            ExitCode::FAILURE
        }
    }
}
