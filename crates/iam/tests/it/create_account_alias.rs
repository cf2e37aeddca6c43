use crate::*;
use store::table::iam_accounts::{self, IamAccount};

#[tokio::test]
async fn an_account_has_one_alias() {
    let w = world().await;
    let create = async |alias: &str| w.call("CreateAccountAlias", &json!({ "AccountAlias": alias })).await;
    create("acme").await.ok();
    create("acme-corp").await.ok();
    assert_eq!(result(&w, "ListAccountAliases", &json!({})).await["AccountAliases"], json!(["acme-corp"]));
    assert_eq!(
        create("acme-corp").await.to_string(),
        "409 EntityAlreadyExists: The account alias acme-corp already exists."
    );
}

#[tokio::test]
async fn no_two_accounts_have_the_same() {
    let w = world().await;
    let other = IamAccount { alias: Some("acme".into()), ..IamAccount::new("999999999999".into()) };
    w.node.store.write(async |tx| iam_accounts::put(tx, &other).await).await.unwrap();
    let answer = w.call("CreateAccountAlias", &json!({ "AccountAlias": "acme" })).await;
    assert_eq!(answer.to_string(), "409 EntityAlreadyExists: The account alias acme already exists.");
    assert_eq!(result(&w, "ListAccountAliases", &json!({})).await["AccountAliases"], json!([]));
}

#[tokio::test]
async fn an_alias_cannot_look_like_an_account() {
    let w = world().await;
    for alias in ["210987654321", "ab", "Acme", "-acme", "ac--me"] {
        let answer = w.call("CreateAccountAlias", &json!({ "AccountAlias": alias })).await;
        assert_eq!(answer.code(), "ValidationError", "{alias}: {answer}");
    }
}
