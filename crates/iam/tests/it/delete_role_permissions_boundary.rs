use crate::*;

#[tokio::test]
async fn a_boundary_is_taken_off() {
    let w = world().await;
    role(&w, "ana").await;
    w.call("PutRolePermissionsBoundary", &json!({ "RoleName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    w.call("DeleteRolePermissionsBoundary", &json!({ "RoleName": "ana" })).await.ok();
    let found = result(&w, "GetRole", &json!({ "RoleName": "ana" })).await;
    assert_eq!(found["Role"].get("PermissionsBoundary"), None);
}
