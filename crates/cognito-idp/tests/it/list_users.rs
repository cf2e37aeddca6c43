//! ListUsers.

use crate::{invited, names, pool, user, with, world};
use serde_json::{Value, json};
use testkit::World;

async fn found(w: &World, pool: &str, filter: &str) -> Vec<String> {
    let answer = w.call("ListUsers", &json!({ "UserPoolId": pool, "Filter": filter })).await;
    let mut found = names(&answer, "Users", "Username");
    found.sort();
    found
}

async fn people(w: &World, settings: &Value) -> String {
    let pool = pool(w, settings).await;
    let ana = [("email", "ana@example.com"), ("name", "Ana"), ("phone_number", "+34600000001")];
    invited(w, &pool, "ana", &ana).await;
    invited(w, &pool, "anton", &[("email", "Anton@example.com"), ("name", "Anton")]).await;
    user(w, &pool, "ben", &[("email", "ben@example.com")]).await;
    pool
}

#[tokio::test]
async fn users_come_in_pages() {
    let w = world().await;
    let pool = people(&w, &json!({})).await;
    let mut all = Vec::new();
    let mut input = json!({ "UserPoolId": pool, "Limit": 1 });
    for page in 1..=3 {
        let answer = w.call("ListUsers", &input).await;
        all.extend(names(&answer, "Users", "Username"));
        let token = answer.ok().get("PaginationToken").cloned();
        assert_eq!(token.is_some(), page < 3);
        input = with(input, &json!({ "PaginationToken": token }));
    }
    all.sort();
    assert_eq!(all, ["ana", "anton", "ben"]);
}

#[tokio::test]
async fn filters_find_exactly_and_by_prefix() {
    let w = world().await;
    let pool = people(&w, &json!({})).await;
    let sub = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "ana" })).await;
    let sub = sub.text_at("UserAttributes.0.Value");
    for (filter, expected) in [
        ("", &["ana", "anton", "ben"] as &[&str]),
        ("email = \"ana@example.com\"", &["ana"]),
        ("\"email\"=\"ana@example.com\"", &["ana"]),
        ("email ^= \"ana\"", &["ana"]),
        ("email = \"ANA@example.com\"", &[]),
        ("username = \"ben\"", &["ben"]),
        ("username ^= \"an\"", &["ana", "anton"]),
        ("name ^= \"An\"", &["ana", "anton"]),
        ("phone_number = \"+34600000001\"", &["ana"]),
        ("given_name = \"x\"", &[]),
        ("cognito:user_status = \"confirmed\"", &["ben"]),
        ("cognito:user_status ^= \"force\"", &["ana", "anton"]),
        ("status = \"Enabled\"", &["ana", "anton", "ben"]),
        ("status = \"enabled\"", &[]),
        ("status = \"Disabled\"", &[]),
    ] {
        assert_eq!(found(&w, &pool, filter).await, expected, "{filter}");
    }
    assert_eq!(found(&w, &pool, &format!("sub = \"{sub}\"")).await, ["ana"]);
    assert_eq!(found(&w, &pool, &format!("sub ^= \"{sub}\"")).await, ["ana"]);
    assert_eq!(found(&w, &pool, &format!("sub ^= \"{}\"", &sub[..8])).await, ["ana"]);
    assert_eq!(found(&w, &pool, "sub ^= \"\"").await, ["ana", "anton", "ben"]);
}

#[tokio::test]
async fn a_pool_that_does_not_mind_case_finds_any_spelling() {
    let w = world().await;
    let pool = people(&w, &json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
    assert_eq!(found(&w, &pool, "email = \"anton@EXAMPLE.com\"").await, ["anton"]);
    assert_eq!(found(&w, &pool, "username ^= \"AN\"").await, ["ana", "anton"]);
    // The attribute keeps its spelling.
    let answer = w.call("ListUsers", &json!({ "UserPoolId": pool, "Filter": "username = \"anton\"" })).await;
    assert_eq!(answer.text_at("Users.0.Attributes.1.Value"), "Anton@example.com");
}

#[tokio::test]
async fn prefix_searches_come_in_pages_too() {
    let w = world().await;
    let pool = people(&w, &json!({})).await;
    for filter in ["name ^= \"An\"", "username ^= \"an\"", "status ^= \"En\"", "sub ^= \"\""] {
        let mut all = Vec::new();
        let mut input = json!({ "UserPoolId": pool, "Limit": 1, "Filter": filter });
        loop {
            let answer = w.call("ListUsers", &input).await;
            all.extend(names(&answer, "Users", "Username"));
            let Some(token) = answer.ok().get("PaginationToken") else { break };
            assert!(all.len() < 5, "{filter} goes round in circles");
            input = with(input, &json!({ "PaginationToken": token }));
        }
        all.sort();
        assert_eq!(all[..2], ["ana", "anton"], "{filter}");
    }
}

#[tokio::test]
async fn a_token_belongs_to_its_filter() {
    let w = world().await;
    let pool = people(&w, &json!({})).await;
    let first = w.call("ListUsers", &json!({ "UserPoolId": pool, "Limit": 1 })).await;
    let token = first.text_at("PaginationToken");
    let other = json!({ "UserPoolId": pool, "Filter": "name ^= \"A\"", "PaginationToken": token });
    assert_eq!(
        w.call("ListUsers", &other).await.to_string(),
        "400 InvalidParameterException: Invalid pagination token."
    );
}

#[tokio::test]
async fn attributes_are_trimmed_to_those_asked_for() {
    let w = world().await;
    let pool = people(&w, &json!({})).await;
    let input = json!({ "UserPoolId": pool, "Filter": "username = \"ana\"", "AttributesToGet": ["email"] });
    let answer = w.call("ListUsers", &input).await;
    assert_eq!(*answer.at("Users.0.Attributes"), json!([{ "Name": "email", "Value": "ana@example.com" }]));
}

#[tokio::test]
async fn a_filter_that_cannot_be_understood_is_refused() {
    let w = world().await;
    let pool = people(&w, &json!({})).await;
    for (filter, expected) in
        [("email == \"a\"", "Error while parsing filter"), ("custom:x = \"a\"", "Invalid search attribute: custom:x")]
    {
        let answer = w.call("ListUsers", &json!({ "UserPoolId": pool, "Filter": filter })).await;
        assert_eq!(answer.to_string(), format!("400 InvalidParameterException: {expected}"));
    }
}
