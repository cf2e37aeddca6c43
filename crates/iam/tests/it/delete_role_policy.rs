use crate::*;

#[tokio::test]
async fn a_policy_is_removed_once() {
    let w = world().await;
    role(&w, "ana").await;
    let input = json!({ "RoleName": "ana", "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
    w.call("PutRolePolicy", &input).await.ok();
    let name = json!({ "RoleName": "ana", "PolicyName": "p" });
    w.call("DeleteRolePolicy", &name).await.ok();
    let answer = w.call("DeleteRolePolicy", &name).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The role policy with name p cannot be found.");
}
