//! Many closures at once, from several threads with runtimes of their own.

use crate::basics::setting;
use crate::lab::{Lab, on_threads};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use store::table::settings;
use store::{Store, StoreError, Tx};
use tokio::task::{JoinSet, spawn_local};

type Result<T> = std::result::Result<T, StoreError>;

const THREADS: usize = 4;
/// Writers per thread: together more than one batch of the group commit takes.
const MANY: usize = 160;

/// Read, decide, write: each acknowledged increment counts once, however often its closure ran.
pub async fn no_increment_is_lost(lab: &Lab) {
    let store = lab.open().await;
    let shared = store.clone();
    let acknowledged: usize = on_threads(THREADS, async move |_| {
        let tasks: Vec<_> = (0..4).map(|_| spawn_local(increments(shared.clone()))).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    })
    .await
    .into_iter()
    .sum();
    assert!(acknowledged > 0);
    assert_eq!(setting(&store, "counter").await, Some(acknowledged.to_string()));
}

async fn increments(store: Store) -> usize {
    let mut acknowledged = 0;
    for _ in 0..10 {
        match store.write(increment).await {
            Ok(()) => acknowledged += 1,
            // Said plainly, and nothing was written.
            Err(StoreError::Contention { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    acknowledged
}

async fn increment(tx: &mut Tx) -> Result<()> {
    let value: u64 = settings::find(tx, "counter").await?.map_or(0, |text| text.parse().unwrap());
    tokio::task::yield_now().await;
    settings::put(tx, "counter", &(value + 1).to_string()).await
}

/// Two doctors are on call and each may leave if the other stays: at least one stays.
pub async fn write_skew_is_excluded(lab: &Lab) {
    let store = lab.open().await;
    for round in 0..10 {
        store
            .write(async |tx| {
                settings::put(tx, "doctor-0", "on").await?;
                settings::put(tx, "doctor-1", "on").await
            })
            .await
            .unwrap();
        let shared = store.clone();
        let left = on_threads(2, async move |index| {
            let left: Result<bool> = shared
                .write(async |tx| {
                    let other = settings::find(tx, &format!("doctor-{}", 1 - index)).await?;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    if other.as_deref() != Some("on") {
                        return Ok(false);
                    }
                    settings::put(tx, &format!("doctor-{index}"), "off").await?;
                    Ok(true)
                })
                .await;
            left.unwrap()
        })
        .await;
        assert_eq!(left.iter().filter(|left| **left).count(), 1, "round {round}: {left:?}");
    }
}

pub async fn one_of_many_gets_the_name(lab: &Lab) {
    let store = lab.open().await;
    for round in 0..5 {
        let shared = store.clone();
        let name = format!("name-{round}");
        let won = on_threads(THREADS, async move |thread| {
            let mut tasks = JoinSet::new();
            for task in 0..4 {
                let (store, name, value) = (shared.clone(), name.clone(), format!("{thread}-{task}"));
                tasks.spawn_local(async move {
                    let won: Result<bool> = store.write(async |tx| settings::insert(tx, &name, &value).await).await;
                    won.unwrap().then_some(value)
                });
            }
            tasks.join_all().await.into_iter().flatten().collect::<Vec<_>>()
        })
        .await
        .concat();
        assert_eq!(won.len(), 1, "{won:?}");
        assert_eq!(setting(&store, &format!("name-{round}")).await.as_ref(), won.first());
    }
}

/// Group commit answers nobody before the commit: a reader, on another connection, sees the row as soon as its writer knows.
pub async fn an_acknowledged_write_is_visible_at_once(lab: &Lab) {
    let store = lab.open().await;
    let shared = store.clone();
    on_threads(THREADS, async move |thread| {
        let mut tasks = JoinSet::new();
        for task in 0..MANY {
            let (store, name) = (shared.clone(), format!("{thread}-{task}"));
            tasks.spawn_local(async move {
                store.write(async |tx| settings::put(tx, &name, "there").await).await.unwrap();
                assert_eq!(setting(&store, &name).await.as_deref(), Some("there"));
            });
        }
        assert_eq!(tasks.join_all().await.len(), MANY);
    })
    .await;
}

/// A task is cancelled in the middle of its closure, while others wait for the same batch.
pub async fn a_cancelled_writer_leaves_nothing_and_nobody_hangs(lab: &Lab) {
    let store = lab.open().await;
    for round in 0..20 {
        let reached = Rc::new(Cell::new(false));
        let before = spawn_local(put(store.clone(), format!("before-{round}")));
        let stuck = {
            let (store, reached) = (store.clone(), reached.clone());
            spawn_local(async move {
                let _: Result<()> = store
                    .write(async |tx| {
                        settings::put(tx, &format!("stuck-{round}"), "1").await?;
                        reached.set(true);
                        std::future::pending().await
                    })
                    .await;
            })
        };
        let after = spawn_local(put(store.clone(), format!("after-{round}")));
        while !reached.get() {
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        stuck.abort();
        assert!(stuck.await.unwrap_err().is_cancelled());
        before.await.unwrap();
        after.await.unwrap();
        assert_eq!(setting(&store, &format!("stuck-{round}")).await, None);
        assert!(setting(&store, &format!("before-{round}")).await.is_some());
        assert!(setting(&store, &format!("after-{round}")).await.is_some());
    }
}

/// Writers on several threads are cut off after arbitrary short times, at whatever point they are.
pub async fn cancelling_at_random_loses_no_acknowledged_write(lab: &Lab) {
    let store = lab.open().await;
    let shared = store.clone();
    let answers = on_threads(THREADS, async move |thread| {
        let (mut acknowledged, mut refused) = (Vec::new(), Vec::new());
        for round in 0..4_u64 {
            let mut tasks = JoinSet::new();
            for task in 0..100_u64 {
                let (store, name) = (shared.clone(), format!("{thread}-{round}-{task}"));
                // Spread over what a write takes, without chance.
                let patience = Duration::from_micros((round * 7919 + task * 104_729) % 15_000);
                tasks.spawn_local(async move {
                    let refuses = task % 5 == 0;
                    let write = store.write(async |tx| {
                        settings::put(tx, &name, "1").await?;
                        tokio::task::yield_now().await;
                        settings::put(tx, &name, "2").await?;
                        if refuses { Err(StoreError::Config("refused".to_owned())) } else { Ok(()) }
                    });
                    let answer = tokio::time::timeout(patience, write).await;
                    (name, refuses, answer.ok())
                });
            }
            for (name, refuses, answer) in tasks.join_all().await {
                match answer {
                    Some(Ok(())) => acknowledged.push(name),
                    Some(Err(StoreError::Contention { .. })) => refused.push(name),
                    Some(Err(error)) => {
                        assert!(refuses, "{error}");
                        refused.push(name);
                    }
                    None if refuses => refused.push(name),
                    // Cancelled: there, or not there, but never half.
                    None => {}
                }
            }
        }
        (acknowledged, refused)
    })
    .await;
    let rows: Result<Vec<_>> = store.read(async |tx| tx.all("SELECT name, value FROM settings", &[]).await).await;
    let rows = rows.unwrap();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert!(rows.iter().all(|row| row.text(1).unwrap() == "2"), "half a closure was kept");
    let (acknowledged, refused): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
    for name in acknowledged.concat() {
        assert!(names.contains(name.as_str()), "{name} was acknowledged and is not there");
    }
    for name in refused.concat() {
        assert!(!names.contains(name.as_str()), "{name} was refused and is there");
    }
    // And the writer is free.
    put(store, "last".to_owned()).await;
}

async fn put(store: Store, name: String) {
    store.write(async |tx| settings::put(tx, &name, "1").await).await.unwrap();
}
