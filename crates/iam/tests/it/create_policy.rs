use crate::*;

#[tokio::test]
async fn a_policy_is_answered_without_its_description() {
    let w = world().await;
    let input = json!({ "PolicyName": "Read", "Path": "/team/", "PolicyDocument": allowing("s3:GetObject"),
        "Description": "reads", "Tags": [{ "Key": "a", "Value": "b" }] });
    let mut policy = result(&w, "CreatePolicy", &input).await["Policy"].clone();
    let policy = policy.as_object_mut().unwrap();
    let id = policy.remove("PolicyId").unwrap();
    assert!(id.as_str().unwrap().starts_with("ANPA"));
    assert_eq!(policy.remove("CreateDate"), policy.remove("UpdateDate"));
    assert_eq!(
        json!(policy),
        json!({ "PolicyName": "Read", "Arn": "arn:aws:iam::123456789012:policy/team/Read", "Path": "/team/",
            "DefaultVersionId": "v1", "AttachmentCount": 0, "PermissionsBoundaryUsageCount": 0, "IsAttachable": true,
            "Tags": [{ "Key": "a", "Value": "b" }] })
    );
    let arn = json!({ "PolicyArn": "arn:aws:iam::123456789012:policy/team/Read" });
    assert_eq!(result(&w, "GetPolicy", &arn).await["Policy"]["Description"], "reads");
}

#[tokio::test]
async fn what_cannot_be_a_policy_is_refused() {
    let w = world().await;
    let create = async |name: &str, document: &str| {
        w.call("CreatePolicy", &json!({ "PolicyName": name, "PolicyDocument": document })).await.to_string()
    };
    assert_eq!(create("p", "{").await, "400 MalformedPolicyDocument: Syntax errors in policy.");
    let old = json!({ "Version": "2008-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } });
    assert_eq!(
        create("p", &old.to_string()).await,
        "400 MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater."
    );
    let large = allowing(&format!("s3:{}", "a".repeat(6144)));
    assert_eq!(create("p", &large).await, "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144");
    assert!(create("p", &allowing("s3:*")).await.starts_with("200"));
    assert_eq!(
        create("P", &allowing("s3:*")).await,
        "409 EntityAlreadyExists: A policy called P already exists. Duplicate names are not allowed."
    );
}

#[tokio::test]
async fn a_policy_of_the_account_takes_effect_and_bounds() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let arn = policy(&w, "Lists", &allowing("iam:List*")).await;
    let status = async |operation: &str| w.call_as(&ana, operation, &json!({})).await.status;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": arn })).await.ok();
    assert_eq!((status("ListUsers").await, status("GetUser").await), (200, 403));
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    assert_eq!((status("ListUsers").await, status("GetUser").await), (200, 200));
    w.call("PutUserPermissionsBoundary", &json!({ "UserName": "ana", "PermissionsBoundary": arn })).await.ok();
    assert_eq!((status("ListUsers").await, status("GetUser").await), (200, 403));
}
