use crate::*;

#[tokio::test]
async fn a_policy_is_removed_once() {
    let w = world().await;
    user(&w, "ana").await;
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
    w.call("PutUserPolicy", &input).await.ok();
    let name = json!({ "UserName": "ana", "PolicyName": "p" });
    w.call("DeleteUserPolicy", &name).await.ok();
    let answer = w.call("DeleteUserPolicy", &name).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user policy with name p cannot be found.");
}
