use crate::*;

#[tokio::test]
async fn a_policy_is_detached_once() {
    let w = world().await;
    group(&w, "ana").await;
    let input = json!({ "GroupName": "ana", "PolicyArn": S3_READ });
    w.call("AttachGroupPolicy", &input).await.ok();
    w.call("DetachGroupPolicy", &input).await.ok();
    let answer = w.call("DetachGroupPolicy", &input).await;
    assert_eq!(answer.to_string(), format!("404 NoSuchEntity: Policy {S3_READ} was not found."));
}
