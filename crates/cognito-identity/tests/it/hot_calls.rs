//! Calls that every visit makes must not queue up behind writers.

use crate::support::{UserPool, get_credentials, get_id, get_open_id_token, pool_with_roles};
use contract::Fault;
use serde_json::json;
use std::time::Duration;
use store::{Store, StoreConfig};
use testkit::World;

#[tokio::test]
async fn known_identities_are_served_while_a_writer_holds_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreConfig::Sqlite(folder.path().join("data.db"))).await.unwrap();
    let w = World::on(store, &[cognito_identity::operations(), sts::operations()]).await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let logins = people.logins(&w, "ana");
    let user = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    let guest = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    // The first token of a region has its key made.
    get_open_id_token(&w, &guest, json!({})).await.ok();
    let visit = w.node.store.write(async |_| {
        assert_eq!(get_id(&w, &pool, logins.clone()).await.text_at("IdentityId"), user);
        assert_eq!(get_credentials(&w, &user, logins.clone()).await.status, 200);
        assert_eq!(get_credentials(&w, &guest, json!({})).await.status, 200);
        assert_eq!(get_open_id_token(&w, &user, logins.clone()).await.status, 200);
        // A new guest does write, and waits.
        let new = tokio::time::timeout(Duration::from_millis(200), get_id(&w, &pool, json!({}))).await;
        assert!(new.is_err());
        Ok::<_, Fault>(())
    });
    visit.await.unwrap();
}
