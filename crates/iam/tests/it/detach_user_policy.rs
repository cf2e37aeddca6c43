use crate::*;

#[tokio::test]
async fn a_policy_is_detached_once() {
    let w = world().await;
    user(&w, "ana").await;
    let input = json!({ "UserName": "ana", "PolicyArn": S3_READ });
    w.call("AttachUserPolicy", &input).await.ok();
    w.call("DetachUserPolicy", &input).await.ok();
    let answer = w.call("DetachUserPolicy", &input).await;
    assert_eq!(answer.to_string(), format!("404 NoSuchEntity: Policy {S3_READ} was not found."));
}
