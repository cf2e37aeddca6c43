use crate::*;

#[tokio::test]
async fn the_version_in_force_changes_at_once() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let arn = policy(&w, "p", &allowing("iam:ListRoles")).await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": arn })).await.ok();
    let input = json!({ "PolicyArn": arn, "PolicyDocument": allowing("iam:ListUsers") });
    w.call("CreatePolicyVersion", &input).await.ok();
    let list = async || w.call_as(&ana, "ListUsers", &json!({})).await.status;
    assert_eq!(list().await, 403);
    w.call("SetDefaultPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v2" })).await.ok();
    assert_eq!(list().await, 200);
    assert_eq!(result(&w, "GetPolicy", &json!({ "PolicyArn": arn })).await["Policy"]["DefaultVersionId"], "v2");
}

#[tokio::test]
async fn a_version_must_exist() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    let set = async |arn: &str, version: &str| {
        w.call("SetDefaultPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": version })).await.to_string()
    };
    for version in ["v2", "v99999999999999999999", "v1.a"] {
        let message = format!("404 NoSuchEntity: Policy {arn} version {version} does not exist or is not attachable.");
        assert_eq!(set(&arn, version).await, message);
    }
    assert_eq!(set(ADMIN, "v1").await, "403 AccessDenied: Cannot update policies outside your own account.");
}
