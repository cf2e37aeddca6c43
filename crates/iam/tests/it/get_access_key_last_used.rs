use crate::*;

async fn last_used(w: &World, key: &Keys) -> Value {
    result(w, "GetAccessKeyLastUsed", &json!({ "AccessKeyId": key.access_key_id })).await
}

#[tokio::test]
async fn a_key_shows_when_and_for_what_it_was_used() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    assert_eq!(
        last_used(&w, &ana).await,
        json!({ "UserName": "ana", "AccessKeyLastUsed": { "ServiceName": "N/A", "Region": "N/A" } })
    );
    w.clock.advance_seconds(60);
    // A refusal is a use, too.
    assert_eq!(w.call_as(&ana, "ListUsers", &json!({})).await.status, 403);
    w.clock.advance_seconds(60);
    let used = last_used(&w, &ana).await["AccessKeyLastUsed"].clone();
    assert_eq!((&used["ServiceName"], &used["Region"]), (&json!("iam"), &json!("us-east-1")));
    // A minute after the world began.
    assert_eq!(used["LastUsedDate"], 1_767_323_105);
    w.node.gate.keep_last_uses().await.unwrap();
    assert_eq!(w.node.gate.noted_use(&ana.access_key_id), None);
    assert_eq!(last_used(&w, &ana).await["AccessKeyLastUsed"], used);
}

#[tokio::test]
async fn an_unknown_key_is_not_found() {
    let w = world().await;
    let answer = w.call("GetAccessKeyLastUsed", &json!({ "AccessKeyId": "AKIAIOSFODNN7EXAMPLE" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.");
}
