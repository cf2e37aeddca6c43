use crate::*;

#[tokio::test]
async fn the_version_in_force_stays() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    let delete = async |arn: &str, version: &str| {
        w.call("DeletePolicyVersion", &json!({ "PolicyArn": arn, "VersionId": version })).await.to_string()
    };
    assert_eq!(delete(&arn, "v1").await, "409 DeleteConflict: Cannot delete the default version of a policy.");
    w.call("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": allowing("s3:*") })).await.ok();
    assert!(delete(&arn, "v2").await.starts_with("200"));
    assert_eq!(
        delete(ADMIN, "v1").await,
        "403 AccessDenied: Cannot delete policy versions for policies outside your own account."
    );
}
