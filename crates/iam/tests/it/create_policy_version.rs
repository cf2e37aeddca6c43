use crate::*;

#[tokio::test]
async fn a_new_version_is_in_force_when_asked() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let arn = policy(&w, "p", &allowing("iam:ListUsers")).await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": arn })).await.ok();
    let list = async || w.call_as(&ana, "ListUsers", &json!({})).await.status;
    let input = json!({ "PolicyArn": arn, "PolicyDocument": allowing("iam:ListRoles") });
    let version = &result(&w, "CreatePolicyVersion", &input).await["PolicyVersion"];
    assert_eq!((&version["VersionId"], &version["IsDefaultVersion"]), (&json!("v2"), &json!(false)));
    assert_eq!(version.get("Document"), None);
    assert_eq!(list().await, 200);
    let input = json!({ "PolicyArn": arn, "PolicyDocument": allowing("iam:ListRoles"), "SetAsDefault": true });
    assert_eq!(result(&w, "CreatePolicyVersion", &input).await["PolicyVersion"]["IsDefaultVersion"], true);
    assert_eq!(list().await, 403);
}

#[tokio::test]
async fn five_versions_are_enough_and_numbers_are_never_used_again() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    let create = async || {
        w.call("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": allowing("s3:Get*") })).await
    };
    for _ in 0..4 {
        create().await.ok();
    }
    assert_eq!(
        create().await.to_string(),
        "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must \
         delete an existing version."
    );
    w.call("DeletePolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v5" })).await.ok();
    assert_eq!(unwrapped("CreatePolicyVersion", &create().await)["PolicyVersion"]["VersionId"], "v6");
}

#[tokio::test]
async fn policies_of_aws_are_not_ours_to_change() {
    let w = world().await;
    let input = json!({ "PolicyArn": ADMIN, "PolicyDocument": allowing("s3:*") });
    let answer = w.call("CreatePolicyVersion", &input).await;
    assert_eq!(answer.to_string(), "403 AccessDenied: Cannot create versions for policies outside your own account.");
}
