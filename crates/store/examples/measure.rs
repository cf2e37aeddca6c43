//! Measures a store: `cargo run --release --example measure -- sqlite:PATH | postgres://… | memory:`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use domain::id::{UserPoolId, UserSub};
use domain::time::Timestamp;
use std::time::{Duration, Instant};
use store::table::users::{self, User};
use store::{Store, StoreConfig, StoreError};
use tokio::task::{JoinSet, LocalSet};

/// How long each measurement runs.
const SPAN: Duration = Duration::from_secs(3);
/// Rows that are there before anything is measured.
const ROWS: u64 = 20_000;

fn main() {
    let target = std::env::args().nth(1).expect("name a store");
    let config: StoreConfig = target.parse().unwrap();
    let store = on_one_thread(async move { filled(&config).await });
    let reads = run(&store, 1, 1, async |store, number| read(store, number % ROWS).await);
    println!("point read: {:.1} µs", 1_000_000.0 / reads);
    for (threads, tasks) in [(1, 1), (1, 64), (2, 32), (4, 64)] {
        let writes = run(&store, threads, tasks, async |store, _| write(store).await);
        println!("writes, {threads} threads of {tasks} writers: {writes:.0}/s");
    }
    let reads = run(&store, 2, 8, async |store, number| read(store, number % ROWS).await);
    println!("point reads, 2 threads: {reads:.0}/s");
}

/// Calls per second.
fn run(
    store: &Store,
    threads: usize,
    tasks: usize,
    call: impl AsyncFn(&Store, u64) + Clone + Send + Sync + 'static,
) -> f64 {
    let started = Instant::now();
    let threads: Vec<_> = (0..threads)
        .map(|_| {
            let (store, call) = (store.clone(), call.clone());
            std::thread::spawn(move || {
                on_one_thread(async move {
                    let mut running = JoinSet::new();
                    for task in 0..tasks as u64 {
                        let (store, call) = (store.clone(), call.clone());
                        running.spawn_local(async move {
                            let mut calls = 0;
                            while started.elapsed() < SPAN {
                                call(&store, task * 7919 + calls * 104_729).await;
                                calls += 1;
                                // A store that never waits must not keep the others from their turn.
                                if calls % 64 == 0 {
                                    tokio::task::yield_now().await;
                                }
                            }
                            calls
                        });
                    }
                    running.join_all().await.into_iter().sum::<u64>()
                })
            })
        })
        .collect();
    let calls: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    calls as f64 / started.elapsed().as_secs_f64()
}

async fn filled(config: &StoreConfig) -> Store {
    let store = Store::open(config).await.unwrap();
    for start in (0..ROWS).step_by(1000) {
        store
            .write(async |tx| {
                for number in start..start + 1000 {
                    users::insert(tx, &user(&format!("user{number}"))).await?;
                }
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
    store
}

async fn read(store: &Store, number: u64) {
    let (pool, sub) = (pool(), UserSub::new(format!("user{number}")));
    let found: Result<Option<User>, StoreError> = store.read(async |tx| users::find(tx, &pool, &sub).await).await;
    assert!(found.unwrap().is_some());
}

async fn write(store: &Store) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(ROWS);
    let run = std::process::id();
    let row = user(&format!("{run}-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    assert!(store.write(async |tx| users::insert(tx, &row).await).await.unwrap());
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, work)
}

/// A user of about 900 bytes.
fn user(name: &str) -> User {
    let now = Timestamp::from_millis(1_800_000_000_000);
    User {
        pool_id: pool(),
        sub: UserSub::from(name),
        name: name.into(),
        name_key: name.into(),
        status: "CONFIRMED".into(),
        enabled: true,
        attributes: "x".repeat(700),
        sealed_password: Some(vec![1; 100]),
        password_set_ms: Some(now),
        temporary_password: false,
        failed_sign_ins: 0,
        locked_until_ms: None,
        tokens_valid_after_ms: None,
        created_ms: now,
        modified_ms: now,
    }
}

fn pool() -> UserPoolId {
    UserPoolId::from("eu-west-1_abcdefghi")
}
