use crate::*;

#[tokio::test]
async fn only_the_accounts_alias_can_be_given_up() {
    let w = world().await;
    w.call("CreateAccountAlias", &json!({ "AccountAlias": "acme" })).await.ok();
    let delete = async |alias: &str| w.call("DeleteAccountAlias", &json!({ "AccountAlias": alias })).await;
    assert_eq!(delete("other").await.to_string(), "404 NoSuchEntity: The account alias other cannot be found.");
    delete("acme").await.ok();
    assert_eq!(delete("acme").await.to_string(), "404 NoSuchEntity: The account alias acme cannot be found.");
    assert_eq!(result(&w, "ListAccountAliases", &json!({})).await["AccountAliases"], json!([]));
}
