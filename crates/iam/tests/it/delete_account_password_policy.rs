use crate::*;

#[tokio::test]
async fn a_policy_goes_and_the_alias_stays() {
    let w = world().await;
    w.call("CreateAccountAlias", &json!({ "AccountAlias": "acme" })).await.ok();
    w.call("UpdateAccountPasswordPolicy", &json!({})).await.ok();
    w.call("DeleteAccountPasswordPolicy", &json!({})).await.ok();
    let gone = "404 NoSuchEntity: The Password Policy with domain name 123456789012 cannot be found.";
    assert_eq!(w.call("GetAccountPasswordPolicy", &json!({})).await.to_string(), gone);
    assert_eq!(w.call("DeleteAccountPasswordPolicy", &json!({})).await.to_string(), gone);
    assert_eq!(result(&w, "ListAccountAliases", &json!({})).await["AccountAliases"], json!(["acme"]));
}
