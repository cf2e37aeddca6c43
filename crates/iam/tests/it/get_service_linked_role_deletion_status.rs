use crate::create_service_linked_role::linked;
use crate::*;

#[tokio::test]
async fn a_task_tells_what_became_of_it() {
    let w = world().await;
    let name = linked(&w, "cognito-idp.amazonaws.com").await;
    let task = result(&w, "DeleteServiceLinkedRole", &json!({ "RoleName": name })).await["DeletionTaskId"].clone();
    let status = result(&w, "GetServiceLinkedRoleDeletionStatus", &json!({ "DeletionTaskId": task })).await;
    assert_eq!(status, json!({ "Status": "SUCCEEDED" }));
}

#[tokio::test]
async fn an_unknown_task_is_not_found() {
    let w = world().await;
    let code =
        async |id: &str| w.call("GetServiceLinkedRoleDeletionStatus", &json!({ "DeletionTaskId": id })).await.code();
    assert_eq!(code("task/aws-service-role/x/y/z").await, "NoSuchEntity");
    assert_eq!(code("something").await, "InvalidInput");
}
