//! What one closure may expect.

use crate::lab::Lab;
use store::table::settings;
use store::{Param, Row, Store, StoreError};

type Result<T> = std::result::Result<T, StoreError>;

const KEYS: &str =
    "INSERT INTO sealing_keys (id, purpose, wrapped, created_ms, retired_ms) VALUES ($1, $2, $3, $4, $5)";

pub async fn what_was_written_is_read(lab: &Lab) {
    let store = lab.open().await;
    let bytes = [0_u8, 255, 10, 0];
    let text = "é 'quoted' \u{1f511}";
    let values = ["a".into(), text.into(), (&bytes).into(), i64::MIN.into(), Param::Null];
    store.write(async |tx| tx.exec(KEYS, &values).await).await.unwrap();
    let row = one(&store, "SELECT id, purpose, wrapped, created_ms, retired_ms FROM sealing_keys").await.unwrap();
    assert_eq!(row.text(0).unwrap(), "a");
    assert_eq!(row.text(1).unwrap(), text);
    assert_eq!(row.bytes(2).unwrap(), bytes);
    assert_eq!(row.int(3).unwrap(), i64::MIN);
    assert_eq!(row.opt_int(4).unwrap(), None);
    assert!(row.int(4).is_err() && row.text(3).is_err() && row.text(9).is_err());
}

pub async fn parameters_go_by_their_number(lab: &Lab) {
    let store = lab.open().await;
    store
        .write(async |tx| {
            tx.exec("INSERT INTO settings (value, name) VALUES ($2, $1)", &["name".into(), "value".into()]).await
        })
        .await
        .unwrap();
    let sql = "SELECT name, value FROM settings WHERE value = $3 AND name = $1 AND name <> $2 AND name = $1";
    let row: Result<Option<Row>> =
        store.read(async |tx| tx.one(sql, &["name".into(), "other".into(), "value".into()]).await).await;
    assert_eq!(row.unwrap().unwrap().text(1).unwrap(), "value");
}

pub async fn one_question_is_one_statement(lab: &Lab) {
    let store = lab.open().await;
    store.write(async |tx| settings::put(tx, "a", "1").await).await.unwrap();
    for _ in 0..3 {
        let one: Result<Option<String>> = store.read_one(async |tx| settings::find(tx, "a").await).await;
        assert_eq!(one.unwrap().as_deref(), Some("1"));
        store.write(async |tx| settings::put(tx, "b", "2").await).await.unwrap();
    }
    let two: Result<()> = store
        .read_one(async |tx| {
            settings::find(tx, "a").await?;
            let again = settings::find(tx, "b").await;
            assert!(again.is_err());
            Ok(())
        })
        .await;
    assert!(two.is_err(), "the refusal cannot be swallowed");
    let written: Result<()> = store.read_one(async |tx| settings::put(tx, "a", "3").await).await;
    // A store in memory has no readers of its own, so it is the one that is told apart by its statement alone.
    assert!(written.is_err());
    assert_eq!(setting(&store, "a").await.as_deref(), Some("1"));
}

pub async fn a_closure_error_keeps_nothing(lab: &Lab) {
    #[derive(Debug, PartialEq)]
    enum Refusal {
        No,
        Store(StoreError),
    }
    impl From<StoreError> for Refusal {
        fn from(error: StoreError) -> Self {
            Self::Store(error)
        }
    }
    let store = lab.open().await;
    let refused = store
        .write(async |tx| {
            settings::put(tx, "a", "1").await?;
            assert_eq!(settings::find(tx, "a").await?.as_deref(), Some("1"));
            Err::<(), _>(Refusal::No)
        })
        .await;
    assert_eq!(refused, Err(Refusal::No));
    assert_eq!(setting(&store, "a").await, None);
    store.write(async |tx| settings::put(tx, "b", "2").await).await.unwrap();
    assert_eq!(setting(&store, "b").await.as_deref(), Some("2"));
}

pub async fn a_swallowed_failure_is_no_success(lab: &Lab) {
    let store = lab.open().await;
    store.write(async |tx| settings::put(tx, "a", "1").await).await.unwrap();
    let answer: Result<()> = store
        .write(async |tx| {
            settings::put(tx, "b", "2").await?;
            let sql = "INSERT INTO settings (name, value) VALUES ('a', 'again')";
            assert!(matches!(tx.exec(sql, &[]).await, Err(StoreError::Unique(_))));
            assert!(matches!(settings::find(tx, "a").await, Err(StoreError::Aborted(_))));
            Ok(())
        })
        .await;
    assert!(matches!(answer, Err(StoreError::Aborted(_))), "{answer:?}");
    assert_eq!(setting(&store, "b").await, None);
}

pub async fn a_taken_key_is_an_error_of_its_own(lab: &Lab) {
    let store = lab.open().await;
    let insert = "INSERT INTO settings (name, value) VALUES ('a', 'x')";
    assert_eq!(store.write(async |tx| tx.exec(insert, &[]).await).await, Ok(1));
    let again: Result<u64> = store.write(async |tx| tx.exec(insert, &[]).await).await;
    assert!(matches!(again, Err(StoreError::Unique(_))), "{again:?}");
    assert_eq!(store.write(async |tx| settings::insert(tx, "a", "y").await).await, Ok(false));
    assert_eq!(setting(&store, "a").await.as_deref(), Some("x"));
}

pub async fn a_reader_cannot_write(lab: &Lab) {
    let store = lab.open().await;
    let answer: Result<()> = store.read(async |tx| settings::put(tx, "a", "1").await).await;
    assert_eq!(answer, Err(StoreError::ReadOnly));
    let answer: Result<()> = store
        .read(async |tx| {
            settings::find(tx, "a").await?;
            settings::put(tx, "a", "1").await
        })
        .await;
    assert_eq!(answer, Err(StoreError::ReadOnly));
    assert_eq!(setting(&store, "a").await, None);
}

pub async fn a_statement_must_fit_its_values(lab: &Lab) {
    let store = lab.open().await;
    for (sql, values) in [
        ("SELECT name FROM settings WHERE name = $1", vec![]),
        ("SELECT name FROM settings WHERE name = $1", vec!["a".into(), "b".into()]),
        ("SELECT nothing FROM settings", vec![]),
        ("not SQL", vec![]),
    ] {
        let answer: Result<Vec<Row>> = store.read(async |tx| tx.all(sql, &values).await).await;
        assert!(matches!(answer, Err(StoreError::Sql(_))), "{sql}: {answer:?}");
    }
}

pub async fn a_value_must_fit_its_column(lab: &Lab) {
    let store = lab.open().await;
    let good: [Param<'_>; 5] = ["a".into(), "b".into(), (&[1_u8]).into(), 1.into(), Param::Null];
    let spoilt: [(usize, Param<'_>); 4] =
        [(0, (&[1_u8]).into()), (2, "text".into()), (3, "text".into()), (2, Param::Null)];
    for (index, value) in spoilt {
        let mut values = good;
        values[index] = value;
        let answer: Result<u64> = store.write(async |tx| tx.exec(KEYS, &values).await).await;
        assert!(matches!(answer, Err(StoreError::Sql(_))), "{index}: {answer:?}");
    }
    assert_eq!(store.write(async |tx| tx.exec(KEYS, &good).await).await, Ok(1));
}

pub async fn a_text_with_nul_is_refused(lab: &Lab) {
    let store = lab.open().await;
    let answer: Result<()> = store.write(async |tx| settings::put(tx, "a\0b", "1").await).await;
    assert!(matches!(answer, Err(StoreError::Sql(_))), "{answer:?}");
}

pub async fn a_panic_frees_the_writer(lab: &Lab) {
    let store = lab.open().await;
    let inner = store.clone();
    let task = tokio::task::spawn_local(async move {
        let _: Result<()> = inner
            .write(async |tx| {
                settings::put(tx, "a", "1").await?;
                std::panic::resume_unwind(Box::new("a bug"));
            })
            .await;
    });
    assert!(task.await.unwrap_err().is_panic());
    store.write(async |tx| settings::put(tx, "b", "2").await).await.unwrap();
    assert_eq!(setting(&store, "a").await, None);
    assert_eq!(setting(&store, "b").await.as_deref(), Some("2"));
}

pub async fn a_closed_store_says_so(lab: &Lab) {
    let store = lab.open().await;
    store.write(async |tx| settings::put(tx, "a", "1").await).await.unwrap();
    let other = store.clone();
    store.close().await.unwrap();
    let answer: Result<()> = other.write(async |tx| settings::put(tx, "a", "2").await).await;
    assert_eq!(answer, Err(StoreError::Closed));
    let answer: Result<Option<String>> = other.read(async |tx| settings::find(tx, "a").await).await;
    assert_eq!(answer, Err(StoreError::Closed));
}

pub async fn a_read_sees_one_snapshot(lab: &Lab) {
    let store = lab.open().await;
    store.write(async |tx| settings::put(tx, "a", "old").await).await.unwrap();
    let writer = store.clone();
    let answer: Result<()> = store
        .read(async |tx| {
            assert_eq!(settings::find(tx, "a").await?.as_deref(), Some("old"));
            // Another task on another connection, while this transaction stays open.
            writer.write(async |tx| settings::put(tx, "a", "new").await).await?;
            assert_eq!(settings::find(tx, "a").await?.as_deref(), Some("old"));
            Ok(())
        })
        .await;
    answer.unwrap();
    assert_eq!(setting(&store, "a").await.as_deref(), Some("new"));
}

pub async fn setting(store: &Store, name: &str) -> Option<String> {
    let value: Result<Option<String>> = store.read(async |tx| settings::find(tx, name).await).await;
    value.unwrap()
}

async fn one(store: &Store, sql: &str) -> Option<Row> {
    let row: Result<Option<Row>> = store.read(async |tx| tx.one(sql, &[]).await).await;
    row.unwrap()
}
