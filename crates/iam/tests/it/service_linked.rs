//! A service-linked role belongs to its service: nobody else changes it.

use crate::*;

#[tokio::test]
async fn a_service_linked_role_cannot_be_changed() {
    let w = world().await;
    w.call("CreateServiceLinkedRole", &json!({ "AWSServiceName": "cognito-idp.amazonaws.com" })).await.ok();
    let listed = result(&w, "ListRoles", &json!({ "PathPrefix": "/aws-service-role/" })).await;
    let name = listed["Roles"][0]["RoleName"].as_str().unwrap().to_owned();
    let document = allowing("s3:*");
    let tries = [
        ("DeleteRole", json!({})),
        ("UpdateAssumeRolePolicy", json!({ "PolicyDocument": trusting(&json!("123456789012")) })),
        ("PutRolePolicy", json!({ "PolicyName": "p", "PolicyDocument": document })),
        ("DeleteRolePolicy", json!({ "PolicyName": "p" })),
        ("AttachRolePolicy", json!({ "PolicyArn": ADMIN })),
        ("DetachRolePolicy", json!({ "PolicyArn": ADMIN })),
        ("PutRolePermissionsBoundary", json!({ "PermissionsBoundary": ADMIN })),
        ("DeleteRolePermissionsBoundary", json!({})),
        ("UpdateRole", json!({ "MaxSessionDuration": 7200 })),
    ];
    for (operation, mut input) in tries {
        input["RoleName"] = json!(name);
        let answer = w.call(operation, &input).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "UnmodifiableEntity"), "{operation}: {answer}");
    }
    let path = json!({ "RoleName": "mine", "Path": "/aws-service-role/x/", "AssumeRolePolicyDocument": trusting(&json!("123456789012")) });
    assert_eq!(w.call("CreateRole", &path).await.code(), "InvalidInput");
}
