//! The list of revoked sessions, and how nodes hear of it.

use crate::lab::Lab;
use domain::id::AccountId;
use domain::time::Timestamp;
use store::table::session_revocations::{self as revocations, RevocationKind, SessionRevocation};
use store::{Store, StoreError, Tx};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn of(subject: &str, number: i64) -> SessionRevocation {
    SessionRevocation {
        kind: RevocationKind::Identity,
        subject: subject.to_owned(),
        account_id: AccountId::from("123456789012"),
        pool_id: Some("pool".into()),
        number,
        by_operator: false,
        reason: "deleted".to_owned(),
        revoked_ms: at(number * 10),
        expires_ms: at(number * 100),
    }
}

pub async fn session_revocations(lab: &Lab) {
    let story = async |tx: &mut Tx| {
        assert_eq!(revocations::newest(tx).await?, 0);
        assert_eq!(revocations::next_number(tx).await?, 1);
        assert_eq!(revocations::next_number(tx).await?, 2);
        assert_eq!(revocations::newest(tx).await?, 2);
        let role = SessionRevocation { kind: RevocationKind::Role, pool_id: None, by_operator: true, ..of("a", 2) };
        for row in [&of("b", 1), &of("a", 1), &role] {
            revocations::put(tx, row).await?;
        }
        assert_eq!(revocations::find(tx, RevocationKind::Role, "a").await?.as_ref(), Some(&role));
        assert_eq!(revocations::find(tx, RevocationKind::Crowd, "a").await?, None);
        assert_eq!(revocations::since(tx, 1).await?, std::slice::from_ref(&role));
        // A later word about the same subject takes the place of the first.
        revocations::put(tx, &of("a", 3)).await?;
        assert_eq!(revocations::since(tx, 1).await?, [role.clone(), of("a", 3)]);
        let account = AccountId::from("123456789012");
        assert_eq!(revocations::list(tx, &account, ("", ""), 2).await?, [of("a", 3), of("b", 1)]);
        assert_eq!(revocations::list(tx, &account, ("identity", "b"), 9).await?, std::slice::from_ref(&role));
        assert_eq!(revocations::list(tx, &AccountId::from("other"), ("", ""), 9).await?, []);
        let pool = "pool".into();
        assert_eq!(revocations::count_ended(tx, &pool, 9).await?, 2);
        assert_eq!(revocations::count_ended(tx, &pool, 1).await?, 1);
        assert_eq!(revocations::count_by_operator(tx, 9).await?, 1);
        revocations::put(tx, &SessionRevocation { by_operator: true, ..of("b", 4) }).await?;
        assert_eq!(revocations::delete_ended(tx, &"another".into()).await?, 0);
        assert_eq!(revocations::delete_ended(tx, &pool).await?, 1, "what an operator asked for stays");
        assert_eq!(revocations::purge(tx, at(200), 9).await?, 0);
        assert_eq!(revocations::purge(tx, at(401), 1).await?, 1);
        assert_eq!(revocations::find(tx, RevocationKind::Role, "a").await?, None);
        assert_eq!(revocations::newest(tx).await?, 2, "numbers are never used again");
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

/// A node hears of its own revocations at once, and its caches of the catalog stay.
pub async fn a_revocation_leaves_the_catalog_alone(lab: &Lab) {
    let store = lab.open().await;
    let (catalog, before) = (store.generation(), store.revocations_generation());
    revoke(&store, "a").await;
    assert!(store.revocations_generation() > before);
    assert_eq!(store.generation(), catalog);
    assert!(!store.refresh_epoch().await.unwrap());
}

async fn revoke(store: &Store, subject: &str) {
    let done = store.write(async |tx| {
        let number = revocations::next_number(tx).await?;
        revocations::put(tx, &of(subject, number)).await
    });
    done.await.unwrap();
}
