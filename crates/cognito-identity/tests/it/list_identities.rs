//! ListIdentities.

use crate::support::{UserPool, get_credentials, get_id, pool_with_roles, world};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn pages_hold_every_identity_and_the_disabled_ones_can_be_hidden() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let other = pool_with_roles(&w, &[&people]).await;
    get_id(&w, &other, json!({})).await.ok();
    let mut made = BTreeSet::new();
    for sub in ["ana", "bob", "eve"] {
        made.insert(get_id(&w, &pool, people.logins(&w, sub)).await.text_at("IdentityId"));
    }
    let guest = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    // The first pool's roles are the other's by now; the merge happens all the same.
    get_credentials(&w, &guest, people.logins(&w, "ana")).await;
    let all = async |hide: bool| {
        let (mut seen, mut token) = (BTreeSet::new(), Value::Null);
        loop {
            let input = json!({"IdentityPoolId": pool, "MaxResults": 2, "NextToken": token, "HideDisabled": hide});
            let page = w.call("ListIdentities", &input).await;
            assert_eq!(page.text_at("IdentityPoolId"), pool);
            for identity in page.at("Identities").as_array().unwrap() {
                assert!(seen.insert(identity["IdentityId"].as_str().unwrap().to_owned()));
            }
            token = page.ok()["NextToken"].clone();
            if token.is_null() {
                return seen;
            }
        }
    };
    assert_eq!(all(true).await, made);
    made.insert(guest);
    assert_eq!(all(false).await, made);
}

#[tokio::test]
async fn a_pool_that_is_not_there_is_not_found() {
    let w = world().await;
    let pool = "us-east-1:00000000-0000-4000-8000-000000000000";
    let answer = w.call("ListIdentities", &json!({"IdentityPoolId": pool, "MaxResults": 1})).await;
    assert_eq!(answer.to_string(), format!("400 ResourceNotFoundException: IdentityPool '{pool}' not found."));
}
