//! Measures what objects in a folder cost: `cargo run --release -p s3 --example folder [DIRECTORY]`.
//!
//! Small objects one after the other and side by side, beside their floor (a file that is synced and linked); then one of a
//! gibibyte, streamed in and out, with the most memory that the process held.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use bytes::Bytes;
use domain::Timestamp;
use http_body::Frame;
use http_body_util::BodyExt;
use s3::folder::Keep;
use s3::{Approved, Body, BodyFault, Call, Folder, body};
use std::cell::Cell;
use std::fs::{self, File};
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use store::{Store, StoreConfig};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

const SMALL: u32 = 500;
const SIDE_BY_SIDE: u32 = 32;
const PIECE: usize = 64 * 1024;
const GIB: u64 = 1 << 30;

fn main() {
    let place = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let place = place.join(format!("folder-measured-{}", std::process::id()));
    fs::create_dir(&place).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, measure(&place));
    fs::remove_dir_all(&place).unwrap();
}

async fn measure(place: &Path) {
    let store = Store::open(&StoreConfig::Sqlite(place.join("store.db"))).await.unwrap();
    let folder = Folder::open(place.join("s3"), store, Keep::Always, Timestamp::default()).await.unwrap();
    let caller = Caller { folder, seed: Cell::new(0) };
    caller.take("PUT", "/app", body::empty()).await;
    let small = || body::full(vec![7; 1024]);

    println!("1 KiB, {SMALL} of each");
    let floor = time(async || (0..SMALL).for_each(|index| synced_file(place, index))).await;
    println!("  the floor                  {floor:>8.1} µs");
    let each = time(async || {
        for index in 0..SMALL {
            caller.take("PUT", &format!("/app/k{index}"), small()).await;
        }
    });
    println!("  PutObject                  {:>8.1} µs", each.await);
    let each = time(async || {
        for round in 0..SMALL / SIDE_BY_SIDE + 1 {
            let all = (0..SIDE_BY_SIDE).map(|index| {
                let (caller, path) = (caller.next(), format!("/app/s{round}-{index}"));
                tokio::task::spawn_local(async move { caller.take("PUT", &path, body::full(vec![7; 1024])).await })
            });
            for task in all.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        }
    });
    println!("  PutObject, {SIDE_BY_SIDE} side by side {:>8.1} µs", each.await);
    for (name, method) in [("GetObject ", "GET"), ("HeadObject", "HEAD")] {
        let each = time(async || {
            for index in 0..SMALL {
                caller.take(method, &format!("/app/k{index}"), body::empty()).await;
            }
        });
        println!("  {name}                 {:>8.1} µs", each.await);
    }
    let started = Instant::now();
    caller.take("GET", "/app?list-type=2", body::empty()).await;
    println!("  ListObjectsV2, a page of 1000 {:>5.1} ms", started.elapsed().as_secs_f64() * 1e3);

    println!("1 GiB in pieces of 64 KiB; memory so far {} MiB", memory());
    let started = Instant::now();
    caller.take("PUT", "/app/large", Pieces { left: GIB, piece: Bytes::from(vec![7; PIECE]) }.boxed_unsync()).await;
    println!("  PutObject {:>5.2} s; memory {} MiB at most", started.elapsed().as_secs_f64(), memory());
    let started = Instant::now();
    assert_eq!(caller.take("GET", "/app/large", body::empty()).await, GIB);
    println!("  GetObject {:>5.2} s; memory {} MiB at most", started.elapsed().as_secs_f64(), memory());
}

/// Microseconds for each of [`SMALL`].
async fn time<F: Future<Output = ()>>(work: impl FnOnce() -> F) -> f64 {
    let started = Instant::now();
    work().await;
    started.elapsed().as_secs_f64() * 1e6 / f64::from(SMALL)
}

fn synced_file(place: &Path, index: u32) {
    let (name, link) = (place.join(format!("{index}")), place.join(format!("{index}-linked")));
    let mut file = File::create(&name).unwrap();
    file.write_all(&[7; 1024]).unwrap();
    file.sync_all().unwrap();
    fs::hard_link(&name, &link).unwrap();
    File::open(place).unwrap().sync_all().unwrap();
    fs::remove_file(&name).unwrap();
}

/// The most memory that the process held, in MiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

struct Caller {
    folder: Folder,
    seed: Cell<u64>,
}

impl Caller {
    fn next(&self) -> Self {
        self.seed.set(self.seed.get() + 1);
        Self { folder: self.folder.clone(), seed: Cell::new(self.seed.get() | 1 << 40) }
    }

    /// Calls, and answers how many bytes came back.
    async fn take(&self, method: &str, path: &str, body: Body) -> u64 {
        let request = http::Request::builder().method(method).uri(path).header("host", "localhost").body(()).unwrap();
        let call = Call::read(&request.into_parts().0, &[]).unwrap();
        self.seed.set(self.seed.get() + 1);
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.get().to_le_bytes());
        let approved = Approved {
            operation: call.operation,
            target: call.target,
            query: call.query,
            headers: call.headers,
            body,
            length: None,
            account: Some("111122223333".into()),
            region: "us-east-1".into(),
            now: Timestamp::from_millis(1_800_000_000_000),
            seed,
            request_id: String::new(),
        };
        let mut body = self.folder.serve(approved).await.unwrap().into_body();
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame.unwrap().into_data().map_or(0, |data| data.len() as u64);
        }
        length
    }
}

struct Pieces {
    left: u64,
    piece: Bytes,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= self.piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
    }
}
