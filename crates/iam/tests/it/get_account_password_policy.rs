use crate::*;

#[tokio::test]
async fn an_account_has_no_policy_of_its_own_at_first() {
    let w = world().await;
    let answer = w.call("GetAccountPasswordPolicy", &json!({})).await;
    assert_eq!(
        answer.to_string(),
        "404 NoSuchEntity: The Password Policy with domain name 123456789012 cannot be found."
    );
}
