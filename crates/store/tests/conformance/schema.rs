//! Opening: migrations, and stores that are not ours to open.

use crate::basics::setting;
use crate::lab::{Lab, on_threads};
use store::table::settings;
use store::{Row, Store, StoreConfig, StoreError};

pub async fn nodes_that_start_together_agree(lab: &Lab) {
    let config = lab.config.clone();
    let stores = on_threads(6, async move |index| {
        let store = Store::open(&config).await.unwrap();
        store.write(async |tx| settings::put(tx, &format!("node-{index}"), "up").await).await.unwrap();
        store
    })
    .await;
    let store = lab.open().await;
    for index in 0..stores.len() {
        assert!(setting(&store, &format!("node-{index}")).await.is_some());
    }
    let rows: Result<Vec<Row>, StoreError> =
        store.read(async |tx| tx.all("SELECT number FROM migrations ORDER BY number", &[]).await).await;
    let numbers: Vec<i64> = rows.unwrap().iter().map(|row| row.int(0).unwrap()).collect();
    assert!(!numbers.is_empty());
    assert_eq!(numbers[0], 1);
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
}

pub async fn a_newer_store_is_refused(lab: &Lab) {
    let store = lab.open().await;
    let known: Result<Option<Row>, StoreError> =
        store.read(async |tx| tx.one("SELECT MAX(number) FROM migrations", &[]).await).await;
    let known = known.unwrap().unwrap().int(0).unwrap();
    let sql = "INSERT INTO migrations (number, name) VALUES (999, 'from the future')";
    store.write(async |tx| tx.exec(sql, &[]).await).await.unwrap();
    store.close().await.unwrap();
    let refused = Store::open(&lab.config).await.unwrap_err();
    assert_eq!(refused, StoreError::NewerThanBinary { found: 999, known });
}

pub async fn what_was_written_is_there_after_reopening(lab: &Lab) {
    let store = lab.open().await;
    store.write(async |tx| settings::put(tx, "a", "1").await).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(setting(&lab.open().await, "a").await.as_deref(), Some("1"));
    // Dropped without being closed.
    let store = lab.open().await;
    store.write(async |tx| settings::put(tx, "a", "2").await).await.unwrap();
    drop(store);
    assert_eq!(setting(&lab.open().await, "a").await.as_deref(), Some("2"));
}

#[test]
fn a_path_that_cannot_be_opened_is_named() {
    crate::lab::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent/store.db");
        let error = Store::open(&StoreConfig::Sqlite(absent.clone())).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unreadable { path, .. } if *path == absent), "{error:?}");
        let garbage = folder.path().join("garbage.db");
        std::fs::write(&garbage, [7_u8; 8192]).unwrap();
        let error = Store::open(&StoreConfig::Sqlite(garbage.clone())).await.unwrap_err();
        assert!(matches!(&error, StoreError::Unreadable { path, .. } if *path == garbage), "{error:?}");
    });
}

#[test]
fn a_server_that_is_not_there_is_an_error_without_its_password() {
    crate::lab::block_on(async {
        let url = "postgres://user:hunter2@127.0.0.1:1/data".to_owned();
        let error = Store::open(&StoreConfig::Postgres(url)).await.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    });
}

#[test]
fn only_memory_can_be_wiped() {
    crate::lab::block_on(async {
        let store = Store::open(&StoreConfig::Memory).await.unwrap();
        store.write(async |tx| settings::put(tx, "a", "1").await).await.unwrap();
        let generation = store.generation();
        store.wipe().await.unwrap();
        assert_eq!(setting(&store, "a").await, None);
        assert!(store.generation() > generation);
        store.write(async |tx| settings::put(tx, "a", "2").await).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreConfig::Sqlite(folder.path().join("store.db"))).await.unwrap();
        assert_eq!(store.wipe().await, Err(StoreError::NotEphemeral));
    });
}
