use crate::*;

#[tokio::test]
async fn a_boundary_is_taken_off() {
    let w = world().await;
    user(&w, "ana").await;
    w.call("PutUserPermissionsBoundary", &json!({ "UserName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    w.call("DeleteUserPermissionsBoundary", &json!({ "UserName": "ana" })).await.ok();
    let found = result(&w, "GetUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(found["User"].get("PermissionsBoundary"), None);
}

#[tokio::test]
async fn what_it_bounded_is_allowed_again() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    w.call("PutUserPermissionsBoundary", &json!({ "UserName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    assert_eq!(w.call_as(&ana, "ListUsers", &json!({})).await.status, 403);
    w.call("DeleteUserPermissionsBoundary", &json!({ "UserName": "ana" })).await.ok();
    w.call_as(&ana, "ListUsers", &json!({})).await.ok();
}
