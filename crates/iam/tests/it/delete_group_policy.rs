use crate::*;

#[tokio::test]
async fn a_policy_is_removed_once() {
    let w = world().await;
    group(&w, "ana").await;
    let input = json!({ "GroupName": "ana", "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
    w.call("PutGroupPolicy", &input).await.ok();
    let name = json!({ "GroupName": "ana", "PolicyName": "p" });
    w.call("DeleteGroupPolicy", &name).await.ok();
    let answer = w.call("DeleteGroupPolicy", &name).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The group policy with name p cannot be found.");
}
