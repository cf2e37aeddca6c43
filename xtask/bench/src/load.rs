//! A load: the same call over some connections for a while, and what it cost.

use crate::account::Call;
use crate::client::Connection;
use crate::process::Process;
use std::time::{Duration, Instant};

/// What a load showed.
pub struct Load {
    /// Requests answered in a second.
    pub per_second: f64,
    /// Half of the answers came within this time.
    pub p50_us: f64,
    /// 99 of 100 answers came within this time.
    pub p99_us: f64,
    /// The server's CPU time for one request.
    pub cpu_us: f64,
    /// The length of an answer's body, in bytes.
    pub answer_length: usize,
}

impl Load {
    /// Sends the call over each connection, one request after the other, for as long as said.
    pub fn run(server: &Process, call: &Call, connections: usize, time: Duration) -> Result<Self, String> {
        drive(server, call, connections, time / 10)?; // caches fill, branches are learnt
        let (cpu, begun) = (server.cpu()?, Instant::now());
        let (mut latencies, bytes) = drive(server, call, connections, time)?;
        let (cpu, elapsed) = (server.cpu()?.saturating_sub(cpu), begun.elapsed());
        latencies.sort_unstable();
        let at = |share: f64| {
            let place = (latencies.len() as f64 * share) as usize;
            latencies.get(place).or(latencies.last()).map_or(0.0, |taken| taken.as_secs_f64() * 1e6)
        };
        let count = latencies.len() as f64;
        Ok(Self {
            per_second: count / elapsed.as_secs_f64(),
            p50_us: at(0.5),
            p99_us: at(0.99),
            cpu_us: cpu.as_secs_f64() * 1e6 / count,
            answer_length: bytes / latencies.len().max(1),
        })
    }
}

/// All connections from one thread that never sleeps: on one machine, a client that sleeps is woken by the server's own write,
/// and the kernel counts that as the server's time. A server's clients are elsewhere.
fn drive(server: &Process, call: &Call, connections: usize, time: Duration) -> Result<(Vec<Duration>, usize), String> {
    let begun = Instant::now();
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut connection = Connection::open(server.address())?.never_waiting()?;
        connection.begin(call.request())?;
        open.push((connection, Instant::now()));
    }
    let (mut latencies, mut bytes, mut at) = (Vec::new(), 0, 0);
    while !open.is_empty() {
        at = (at + 1) % open.len();
        let (connection, sent) = &mut open[at];
        let Some((status, body)) = connection.answered()? else { continue };
        if status != call.status {
            return Err(format!("{}: status {status}: {}", call.name, String::from_utf8_lossy(body)));
        }
        latencies.push(sent.elapsed());
        bytes += body.len();
        if begun.elapsed() < time {
            *sent = Instant::now();
            connection.begin(call.request())?;
        } else {
            open.swap_remove(at);
        }
    }
    Ok((latencies, bytes))
}
