//! A process that storms the store is killed: what it was told is written is there afterwards.

use crate::lab::{Lab, block_on, on_threads};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use store::table::settings;
use store::{Row, Store, StoreConfig, StoreError};

/// Tells the child, which is this very test run again, where to write.
const STORM: &str = "SEKISHO_TEST_STORM";
/// The child is killed after this many acknowledged writes.
const ENOUGH: usize = 400;

#[test]
fn sqlite_keeps_what_it_acknowledged() {
    kill_in_the_middle("crash::sqlite_keeps_what_it_acknowledged", async || crate::lab::sqlite().await);
}

#[test]
fn postgres_keeps_what_it_acknowledged() {
    kill_in_the_middle("crash::postgres_keeps_what_it_acknowledged", async || crate::lab::postgres().await);
}

fn kill_in_the_middle(test: &str, place: impl AsyncFn() -> Option<Lab>) {
    if let Ok(target) = std::env::var(STORM) {
        return storm(&target.parse().unwrap());
    }
    block_on(async {
        let Some(lab) = place().await else { return };
        let target = match &lab.config {
            StoreConfig::Sqlite(path) => format!("sqlite:{}", path.display()),
            StoreConfig::Postgres(url) => url.clone(),
            StoreConfig::Memory => unreachable!("memory keeps nothing"),
        };
        let acknowledged = killed_child(test, &target);
        let store = lab.open().await;
        let rows: Result<Vec<Row>, StoreError> =
            store.read(async |tx| tx.all("SELECT name FROM settings", &[]).await).await;
        let rows = rows.unwrap();
        let found: BTreeSet<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        let lost: Vec<_> = acknowledged.iter().filter(|name| !found.contains(name.as_str())).collect();
        assert!(lost.is_empty(), "{} of {} acknowledged writes are lost", lost.len(), acknowledged.len());
        store.write(async |tx| settings::put(tx, "after", "1").await).await.unwrap();
    });
}

/// Starts the child, kills it in the middle of its storm, and returns every name that it had been told was written.
fn killed_child(test: &str, target: &str) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(STORM, target)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // The last line may have been cut off in the middle.
        if let Some(name) = line.strip_prefix("kept ").and_then(|rest| rest.strip_suffix('.')) {
            acknowledged.push(name.to_owned());
        }
        if acknowledged.len() >= ENOUGH && !killed {
            // SIGKILL: the child gets no chance to tidy up.
            child.kill().unwrap();
            killed = true;
        }
    }
    assert!(killed, "the child ended by itself after {} writes: {:?}", acknowledged.len(), child.wait());
    child.wait().unwrap();
    acknowledged
}

/// Writes without end, on several threads, and says what was acknowledged.
fn storm(target: &StoreConfig) {
    block_on(async {
        let store = Store::open(target).await.unwrap();
        on_threads(3, async move |thread| {
            let mut tasks = tokio::task::JoinSet::new();
            for task in 0..8 {
                let store = store.clone();
                tasks.spawn_local(async move {
                    for number in 0_u64.. {
                        let name = format!("{thread}-{task}-{number}");
                        store.write(async |tx| settings::put(tx, &name, "1").await).await.unwrap();
                        println!("kept {name}.");
                    }
                });
            }
            tasks.join_all().await;
        })
        .await;
    });
}
