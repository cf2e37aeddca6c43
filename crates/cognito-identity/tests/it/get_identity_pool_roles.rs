//! GetIdentityPoolRoles.

use crate::support::{AUTH, CLIENT, UserPool, identity_pool, pool_with_roles, set_roles, world};
use serde_json::json;

#[tokio::test]
async fn a_pool_without_roles_shows_its_id_alone() {
    let w = world().await;
    let pool = identity_pool(&w, json!({})).await;
    let input = json!({"IdentityPoolId": pool});
    assert_eq!(*w.call("GetIdentityPoolRoles", &input).await.ok(), input);
}

#[tokio::test]
async fn roles_and_mappings_come_back_as_they_were_set() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let key = format!("{}:{CLIENT}", people.provider());
    let rule = json!({"Claim": "email", "MatchType": "Contains", "Value": "@example.com", "RoleARN": AUTH});
    let input = json!({
        "Roles": {"authenticated": AUTH},
        "RoleMappings": {key: {
            "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [rule]},
        }},
    });
    let set = set_roles(&w, &pool, input.clone()).await;
    assert_eq!((set.status, set.text.as_str()), (200, ""));
    let mut expected = input;
    expected["IdentityPoolId"] = json!(pool);
    assert_eq!(*w.call("GetIdentityPoolRoles", &json!({"IdentityPoolId": pool})).await.ok(), expected);
    // Mappings that are not sent are cleared; an empty map of roles detaches them.
    set_roles(&w, &pool, json!({"Roles": {}})).await.ok();
    let empty = json!({"IdentityPoolId": pool});
    assert_eq!(*w.call("GetIdentityPoolRoles", &empty).await.ok(), empty);
}
