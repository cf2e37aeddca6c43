use crate::*;

#[tokio::test]
async fn a_policy_goes_when_nobody_uses_it() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    role(&w, "Fan").await;
    let delete = async |arn: &str| w.call("DeletePolicy", &json!({ "PolicyArn": arn })).await.to_string();
    let attachment = json!({ "RoleName": "Fan", "PolicyArn": arn });
    w.call("AttachRolePolicy", &attachment).await.ok();
    assert_eq!(delete(&arn).await, "409 DeleteConflict: Cannot delete a policy attached to entities.");
    w.call("DetachRolePolicy", &attachment).await.ok();
    w.call("PutRolePermissionsBoundary", &json!({ "RoleName": "Fan", "PermissionsBoundary": arn })).await.ok();
    assert_eq!(delete(&arn).await, "409 DeleteConflict: Cannot delete a policy attached to entities.");
    w.call("DeleteRolePermissionsBoundary", &json!({ "RoleName": "Fan" })).await.ok();
    w.call("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": allowing("s3:*") })).await.ok();
    assert_eq!(
        delete(&arn).await,
        "409 DeleteConflict: This policy has more than one version. Before you delete a policy, you must delete the \
         policy's versions. The default version is deleted with the policy."
    );
    w.call("DeletePolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v2" })).await.ok();
    assert!(delete(&arn).await.starts_with("200"));
    assert_eq!(delete(&arn).await, format!("404 NoSuchEntity: Policy {arn} was not found."));
    assert_eq!(delete(ADMIN).await, "403 AccessDenied: Cannot delete policies outside your own account.");
}
