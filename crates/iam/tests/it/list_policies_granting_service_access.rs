use crate::*;

#[tokio::test]
async fn what_grants_access_is_listed_by_service() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("CreateGroup", &json!({ "GroupName": "red" })).await.ok();
    w.call("AddUserToGroup", &json!({ "GroupName": "red", "UserName": "ana" })).await.ok();
    let of_group = json!({ "GroupName": "red", "PolicyName": "Queues", "PolicyDocument": allowing("sqs:*") });
    w.call("PutGroupPolicy", &of_group).await.ok();
    let own = allowing("iam:ListPoliciesGrantingServiceAccess");
    w.call("PutUserPolicy", &json!({ "UserName": "ana", "PolicyName": "Own", "PolicyDocument": own })).await.ok();
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": S3_READ })).await.ok();
    let input =
        json!({ "Arn": "arn:aws:iam::123456789012:user/ana", "ServiceNamespaces": ["s3", "sqs", "iam", "ec2"] });
    let answer = w.call_as(&ana, "ListPoliciesGrantingServiceAccess", &input).await;
    assert_eq!(
        unwrapped("ListPoliciesGrantingServiceAccess", &answer),
        json!({ "IsTruncated": false, "PoliciesGrantingServiceAccess": [
            { "ServiceNamespace": "s3", "Policies": [
                { "PolicyName": "AmazonS3ReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": S3_READ } ] },
            { "ServiceNamespace": "sqs", "Policies": [
                { "PolicyName": "Queues", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "red" } ] },
            { "ServiceNamespace": "iam", "Policies": [
                { "PolicyName": "Own", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "ana" } ] },
            { "ServiceNamespace": "ec2", "Policies": [] },
        ] })
    );
}

#[tokio::test]
async fn an_unknown_entity_is_not_found() {
    let w = world().await;
    let input = json!({ "Arn": "arn:aws:iam::123456789012:role/Fan", "ServiceNamespaces": ["s3"] });
    let answer = w.call("ListPoliciesGrantingServiceAccess", &input).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The role with name Fan cannot be found.");
}
