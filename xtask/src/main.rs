//! The only task runner: `cargo xtask <command>`. Each command is a module.

mod bench;
mod check;
mod codegen;
mod needs;
mod run;
mod tally;
mod test;
mod unused;

use std::process::ExitCode;

/// A command: its name, what it does in a line, and its entry point, which gets the arguments after the name.
type Command = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const COMMANDS: &[Command] = &[
    ("test", "prepare what the tests need, run every test and count them", test::run),
    ("check", "format, lints, dependencies and licences, unused dependencies, fresh generated code", check::run),
    ("bench", "measure the hot calls of a release build beside what they cost at least", bench::run),
    ("codegen", "write crates/model from models/; --check only says whether it is fresh", codegen::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        return usage();
    };
    let Some((_, _, run)) = COMMANDS.iter().find(|(command, _, _)| command == name) else {
        return usage();
    };
    match run(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // An empty message: the command has said everything itself.
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("cargo xtask <command>");
    for (name, about, _) in COMMANDS {
        eprintln!("  {name:<10} {about}");
    }
    ExitCode::FAILURE
}
