//! Measures a running server: per hot call, requests per second, latencies and the server's CPU time per request,
//! beside the floor: a no-op on the same listener plus that call's cryptography, both measured in the same run and on a busy
//! machine.
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
        "{:<46} {:>5} {:>10} {:>10} {:>10} {:>12} {:>10} {:>6}",
        "call", "conns", "req/s", "p50 µs", "p99 µs", "CPU µs/req", "floor µs", "ratio"
    );
    for connections in CONNECTIONS {
        let mut nothing = None;
        for call in account.calls(words)? {
            let load = Load::run(&server, &call, connections, each)?;
            let nothing = *nothing.get_or_insert(load.cpu_us);
            println!("{}", row(&call, connections, &load, nothing + floor.of(call.work)));
        }
        println!();
    }
    println!("resident memory at the end: {:.1} MB", server.resident_mb()?);
    Ok(())
}

fn row(call: &Call, connections: usize, load: &Load, floor_us: f64) -> String {
    format!(
        "{:<46} {connections:>5} {:>10.0} {:>10.0} {:>10.0} {:>12.1} {floor_us:>10.1} {:>6.2}",
        call.name,
        load.per_second,
        load.p50_us,
        load.p99_us,
        load.cpu_us,
        load.cpu_us / floor_us
    )
}
