use crate::create_service_linked_role::linked;
use crate::*;

#[tokio::test]
async fn a_role_is_deleted_with_its_policy() {
    let w = world().await;
    let name = linked(&w, "cognito-idp.amazonaws.com").await;
    let task = result(&w, "DeleteServiceLinkedRole", &json!({ "RoleName": name })).await["DeletionTaskId"].clone();
    let prefix = "task/aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp/";
    assert!(task.as_str().unwrap().starts_with(prefix), "{task}");
    assert_eq!(w.call("GetRole", &json!({ "RoleName": name })).await.code(), "NoSuchEntity");
    // The name is free again, and nothing of the old role is left on the new one.
    linked(&w, "cognito-idp.amazonaws.com").await;
    let attached = result(&w, "ListAttachedRolePolicies", &json!({ "RoleName": name })).await;
    assert_eq!(attached["AttachedPolicies"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn other_roles_are_not_deleted() {
    let w = world().await;
    role(&w, "Fan").await;
    for name in ["Fan", "Absent"] {
        let answer = w.call("DeleteServiceLinkedRole", &json!({ "RoleName": name })).await;
        assert_eq!(answer.to_string(), format!("404 NoSuchEntity: The role with name {name} cannot be found."));
    }
    w.call("GetRole", &json!({ "RoleName": "Fan" })).await.ok();
}
