//! S3: small requests, which show what a decision costs, and a large object in both directions, through the folder and
//! through an upstream, with the server's resident memory while it streams.

use crate::account::{Account, Call};
use crate::client::{Connection, Keys, get, s3_head};
use crate::floor::Work;
use crate::load::Load;
use crate::process::Process;
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const BUCKET: &str = "bench-bucket";

/// Measures a folder, and a second server that has the first as its upstream.
pub fn measure(program: &Path, each: Duration, mebibytes: u64) -> Result<(), String> {
    let folder = Process::serve(program)?;
    let root = folder.root_keys()?;
    let created = s3_head(folder.address(), "PUT", &format!("/{BUCKET}"), 0, &root)?;
    expect(200, Connection::open(folder.address())?.stream(&created, 0)?.0)?;
    println!("through the folder");
    through(&folder, each, mebibytes)?;

    let upstream_url = format!("http://{}", folder.address());
    let keys = [
        ("SEKISHO_S3_UPSTREAM_ACCESS_KEY_ID", root.id.as_str()),
        ("SEKISHO_S3_UPSTREAM_SECRET_ACCESS_KEY", root.secret.as_str()),
    ];
    let gate = Process::serve_with(program, &["--s3-upstream", &upstream_url], &keys)?;
    println!("\nthrough an upstream (CPU and memory of the server in front)");
    through(&gate, each, mebibytes)
}

fn through(server: &Process, each: Duration, mebibytes: u64) -> Result<(), String> {
    let address = server.address();
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": format!("arn:aws:s3:::{BUCKET}/${{cognito-identity.amazonaws.com:aud}}/*"),
    }] });
    let account = Account::create(address, server.root_keys()?)?;
    let guest = account.guest_with_policy(&policy)?;
    let own = |name: &str| format!("/{BUCKET}/{}/{name}", account.encoded_pool());
    small(server, &guest, &own, each)?;
    large(server, &guest, &own("large"), mebibytes)
}

fn small(server: &Process, keys: &Keys, own: &dyn Fn(&str) -> String, each: Duration) -> Result<(), String> {
    let address = server.address();
    let body = vec![b'x'; 1024];
    let mut put = s3_head(address, "PUT", &own("small"), 1024, keys)?;
    put.extend_from_slice(&body);
    expect(200, Connection::open(address)?.send(&put)?.0)?;
    let call = |name, request, status| Call::new(name, request, Work::default()).answered_with(status);
    let empty = |method: &str, path: &str| s3_head(address, method, path, 0, keys);
    let calls = [
        call("no-op (GET /_sekisho/health)", get(address, "/_sekisho/health"), 200),
        call("GetObject that is denied", empty("GET", &format!("/{BUCKET}/another/small"))?, 403),
        call("HeadObject", empty("HEAD", &own("small"))?, 200),
        call("GetObject, 1 KiB", empty("GET", &own("small"))?, 200),
        call("PutObject, 1 KiB", put, 200),
    ];
    println!("{:<32} {:>5} {:>10} {:>10} {:>10} {:>12}", "call", "conns", "req/s", "p50 µs", "p99 µs", "CPU µs/req");
    for connections in [1, 16] {
        for call in &calls {
            let load = Load::run(server, call, connections, each)?;
            println!(
                "{:<32} {connections:>5} {:>10.0} {:>10.0} {:>10.0} {:>12.1}",
                call.name, load.per_second, load.p50_us, load.p99_us, load.cpu_us
            );
        }
    }
    Ok(())
}

fn large(server: &Process, keys: &Keys, path: &str, mebibytes: u64) -> Result<(), String> {
    let size = mebibytes * 1024 * 1024;
    for (method, sent, received) in [("PUT", size, 0), ("GET", 0, size)] {
        let head = s3_head(server.address(), method, path, sent, keys)?;
        let (resident, cpu, begun) = (server.resident_mb()?, server.cpu()?, Instant::now());
        let done = AtomicBool::new(false);
        let (answer, most) = std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                let mut most = 0.0_f64;
                while !done.load(Ordering::Relaxed) {
                    most = server.resident_mb().unwrap_or_default().max(most);
                    std::thread::sleep(Duration::from_millis(5));
                }
                most
            });
            let answer = Connection::open(server.address()).and_then(|mut to| to.stream(&head, sent));
            done.store(true, Ordering::Relaxed);
            (answer, watch.join().unwrap_or_default())
        });
        let (status, come) = answer?;
        expect(200, status)?;
        if come != received {
            return Err(format!("{come} bytes came instead of {received}"));
        }
        let taken = begun.elapsed();
        let cpu = server.cpu()?.saturating_sub(cpu);
        println!(
            "{method} of {mebibytes} MiB: {:.2} s, {:.0} MB/s, {:.2} s of CPU; resident {resident:.1} MB before, {most:.1} MB at most",
            taken.as_secs_f64(),
            size as f64 / 1e6 / taken.as_secs_f64(),
            cpu.as_secs_f64(),
        );
    }
    Ok(())
}

fn expect(wanted: u16, status: u16) -> Result<(), String> {
    if status == wanted { Ok(()) } else { Err(format!("status {status} instead of {wanted}")) }
}
