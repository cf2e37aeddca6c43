//! The generation of the catalog, under which nodes cache it.

use crate::lab::{Lab, on_threads};
use store::table::settings;
use store::{Store, StoreError};

pub async fn a_touch_is_seen_before_its_writer_is_answered(lab: &Lab) {
    let store = lab.open().await;
    let before = store.generation();
    store.write(async |tx| settings::put(tx, "a", "1").await).await.unwrap();
    assert_eq!(store.generation(), before, "nothing of the catalog changed");
    touch(&store).await;
    let after = store.generation();
    assert!(after > before);
    let refused: Result<(), StoreError> = store
        .write(async |tx| {
            tx.touch_catalog().await?;
            Err(StoreError::Config("refused".to_owned()))
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(store.generation(), after, "a touch that was undone is none");
    let shared = store.clone();
    on_threads(4, async move |_| {
        for _ in 0..5 {
            let before = shared.generation();
            touch(&shared).await;
            assert!(shared.generation() > before);
        }
    })
    .await;
}

pub async fn another_node_sees_the_touch(lab: &Lab) {
    let (here, there) = (lab.open().await, lab.open().await);
    let before = there.generation();
    assert!(!there.refresh_epoch().await.unwrap());
    assert_eq!(there.generation(), before);
    touch(&here).await;
    assert!(there.refresh_epoch().await.unwrap());
    assert!(there.generation() > before);
    assert!(!there.refresh_epoch().await.unwrap());
}

async fn touch(store: &Store) {
    // Rivals for the one row may exhaust the retries; a caller may simply ask again.
    loop {
        match store.write(async |tx| tx.touch_catalog().await).await {
            Err(StoreError::Contention { .. }) => {}
            other => return other.unwrap(),
        }
    }
}
