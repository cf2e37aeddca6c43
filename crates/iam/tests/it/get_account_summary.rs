use crate::*;

#[tokio::test]
async fn what_there_is_is_counted_beside_its_quota() {
    let w = world().await;
    let summary = async || result(&w, "GetAccountSummary", &json!({})).await["SummaryMap"].clone();
    let before = summary().await;
    assert_eq!(before.as_object().unwrap().len(), 34);
    user_with_key(&w, "ana").await;
    role(&w, "Fan").await;
    group(&w, "Fans").await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    w.call("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": allowing("s3:*") })).await.ok();
    let after = summary().await;
    for (name, counts) in [
        ("Users", (0, 1)),
        ("Roles", (0, 1)),
        ("Groups", (0, 1)),
        ("Policies", (0, 1)),
        ("PolicyVersionsInUse", (0, 2)),
    ] {
        assert_eq!((&before[name], &after[name]), (&json!(counts.0), &json!(counts.1)), "{name}");
    }
    assert_eq!((&after["UsersQuota"], &after["AccountAccessKeysPresent"]), (&json!(5000), &json!(1)));
}
