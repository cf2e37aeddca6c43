//! Measures a running server: per hot call, requests per second, latencies and the server's CPU time per request,
//! beside two floors of the same run: the sum of a no-op on the same listener and the call's cryptography, and the reference, a
//! server that does nothing but that cryptography for the same bytes.
//!
//! Usage: `bench PATH-OF-SEKISHO [SECONDS [WORDS]]`; `cargo xtask bench` builds both and runs it. With words, only the calls
//! whose name holds them are measured, beside the no-op. `bench PATH-OF-SEKISHO s3 [SECONDS [MEBIBYTES]]` measures S3,
//! `bench PATH-OF-SEKISHO growth [MOST [SECONDS [sqlite|postgres]]]` what a growing number of identities costs.

#![allow(clippy::disallowed_methods)]

mod account;
mod client;
mod floor;
mod growth;
mod load;
mod process;
mod reference;
mod s3;

use account::{Account, Call};
use floor::Floor;
use load::Load;
use process::Process;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// One connection shows latency, sixteen show throughput.
const CONNECTIONS: [usize; 2] = [1, 16];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|mode| mode == "reference") {
        return ended(reference::serve(arguments.get(1..).unwrap_or_default()));
    }
    let Some(program) = arguments.first() else {
        eprintln!(
            "bench PATH-OF-SEKISHO [SECONDS [WORDS]] | s3 [SECONDS [MEBIBYTES]] | growth [MOST [SECONDS [ENGINE]]]"
        );
        return ExitCode::FAILURE;
    };
    let program = Path::new(program);
    let number = |place: usize, usual: f64| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(usual);
    match arguments.get(1).map(String::as_str) {
        Some("s3") => {
            return ended(s3::measure(program, Duration::from_secs_f64(number(2, 3.0)), number(3, 1024.0) as u64));
        }
        Some("growth") => {
            let engine = arguments.get(4).map_or("", String::as_str);
            let each = Duration::from_secs_f64(number(3, 2.0));
            return ended(growth::measure(program, number(2, 1e6) as usize, each, engine));
        }
        _ => {}
    }
    let seconds = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let words = arguments.get(2).map_or("", String::as_str);
    ended(measure(program, Duration::from_secs_f64(seconds), words))
}

fn ended(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(program: &Path, each: Duration, words: &str) -> Result<(), String> {
    let starts = process::starts(program, 7)?;
    let (first, fastest, median) = starts;
    println!("start to first answer, empty store: first {first:.1?}, fastest {fastest:.1?}, median {median:.1?}");
    println!("resident memory after the demo: {:.1} MB", process::memory_after_demo(program)?);

    let server = Process::serve(program)?;
    let account = Account::create(server.address(), server.root_keys()?)?;
    let floor = Floor::measure(server.address())?;
    println!("{floor}");
    println!(
        "{:<46} {:>5} {:>9} {:>8} {:>8} {:>10} {:>8} {:>6} {:>10} {:>6}",
        "call", "conns", "req/s", "p50 µs", "p99 µs", "CPU µs/req", "sum µs", "ratio", "reference", "ratio"
    );
    for connections in CONNECTIONS {
        let mut nothing = None;
        for call in account.calls(words)? {
            let load = Load::run(&server, &call, connections, each)?;
            let nothing = *nothing.get_or_insert(load.cpu_us);
            let reference = reference::start(call.work, load.answer_length)?;
            let least = Load::run(&reference, &call, connections, each / 2)?;
            println!("{}", row(&call, connections, &load, nothing + floor.of(call.work), least.cpu_us));
        }
        println!();
    }
    println!("resident memory at the end: {:.1} MB", server.resident_mb()?);
    Ok(())
}

fn row(call: &Call, connections: usize, load: &Load, sum_us: f64, reference_us: f64) -> String {
    format!(
        "{:<46} {connections:>5} {:>9.0} {:>8.0} {:>8.0} {:>10.1} {sum_us:>8.1} {:>6.2} {reference_us:>10.1} {:>6.2}",
        call.name,
        load.per_second,
        load.p50_us,
        load.p99_us,
        load.cpu_us,
        load.cpu_us / sum_us,
        load.cpu_us / reference_us
    )
}
