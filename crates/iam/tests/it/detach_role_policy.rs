use crate::*;

#[tokio::test]
async fn a_policy_is_detached_once() {
    let w = world().await;
    role(&w, "ana").await;
    let input = json!({ "RoleName": "ana", "PolicyArn": S3_READ });
    w.call("AttachRolePolicy", &input).await.ok();
    w.call("DetachRolePolicy", &input).await.ok();
    let answer = w.call("DetachRolePolicy", &input).await;
    assert_eq!(answer.to_string(), format!("404 NoSuchEntity: Policy {S3_READ} was not found."));
}
