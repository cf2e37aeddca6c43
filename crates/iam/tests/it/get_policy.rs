use crate::*;

#[tokio::test]
async fn a_policy_of_aws_is_known_by_arn() {
    let w = world().await;
    let policy = &result(&w, "GetPolicy", &json!({ "PolicyArn": S3_READ })).await["Policy"];
    assert_eq!(policy["PolicyName"], "AmazonS3ReadOnlyAccess");
    assert_eq!(policy["DefaultVersionId"], "v3");
    assert_eq!((&policy["AttachmentCount"], &policy["PermissionsBoundaryUsageCount"]), (&json!(0), &json!(0)));
    assert_eq!(policy["IsAttachable"], true);
    w.call("CreateUser", &json!({ "UserName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    let policy = &result(&w, "GetPolicy", &json!({ "PolicyArn": S3_READ })).await["Policy"];
    assert_eq!(policy["PermissionsBoundaryUsageCount"], 1);
}

#[tokio::test]
async fn an_unknown_policy_is_not_found() {
    let w = world().await;
    let arn = "arn:aws:iam::123456789012:policy/Nothing";
    let answer = w.call("GetPolicy", &json!({ "PolicyArn": arn })).await;
    assert_eq!(answer.to_string(), format!("404 NoSuchEntity: Policy {arn} was not found."));
}
