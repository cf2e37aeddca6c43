use crate::*;

#[tokio::test]
async fn attaching_twice_is_attaching_once() {
    let w = world().await;
    group(&w, "ana").await;
    let input = json!({ "GroupName": "ana", "PolicyArn": S3_READ });
    w.call("AttachGroupPolicy", &input).await.ok();
    w.call("AttachGroupPolicy", &input).await.ok();
    let listed = result(&w, "ListAttachedGroupPolicies", &json!({ "GroupName": "ana" })).await;
    assert_eq!(listed["AttachedPolicies"], json!([{ "PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": S3_READ }]));
    let policy = result(&w, "GetPolicy", &json!({ "PolicyArn": S3_READ })).await;
    assert_eq!(policy["Policy"]["AttachmentCount"], 1);
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused() {
    let w = world().await;
    group(&w, "ana").await;
    let attach = async |arn: &str| {
        w.call("AttachGroupPolicy", &json!({ "GroupName": "ana", "PolicyArn": arn })).await.to_string()
    };
    assert_eq!(attach("longpolicynamebutnoarn").await, "400 ValidationError: Invalid ARN:  Could not be parsed!");
    let absent = "arn:aws:iam::aws:policy/NoSuchPolicy";
    assert_eq!(attach(absent).await, format!("404 NoSuchEntity: Policy {absent} does not exist or is not attachable."));
    let absent = "arn:aws:iam::123456789012:policy/NoSuchPolicy";
    assert_eq!(attach(absent).await, format!("404 NoSuchEntity: Policy {absent} does not exist or is not attachable."));
    let reserved = "arn:aws:iam::aws:policy/aws-service-role/AmazonCognitoIdpServiceRolePolicy";
    assert_eq!(attach(reserved).await, "400 PolicyNotAttachable: Cannot attach AWS reserved policy to an IAM group.");
    let answer = w.call("AttachGroupPolicy", &json!({ "GroupName": "bob", "PolicyArn": absent })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The group with name bob cannot be found.");
}

#[tokio::test]
async fn ten_policies_are_enough() {
    let w = world().await;
    group(&w, "ana").await;
    let names = [
        "AdministratorAccess",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonS3FullAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonSQSFullAccess",
        "AmazonSNSFullAccess",
        "IAMFullAccess",
        "IAMReadOnlyAccess",
    ];
    for name in names {
        let arn = format!("arn:aws:iam::aws:policy/{name}");
        w.call("AttachGroupPolicy", &json!({ "GroupName": "ana", "PolicyArn": arn })).await.ok();
    }
    let eleventh = "arn:aws:iam::aws:policy/IAMUserChangePassword";
    let answer = w.call("AttachGroupPolicy", &json!({ "GroupName": "ana", "PolicyArn": eleventh })).await;
    assert_eq!(answer.to_string(), "409 LimitExceeded: Cannot exceed quota for PoliciesPerGroup: 10");
}
