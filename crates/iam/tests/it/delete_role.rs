use crate::*;

#[tokio::test]
async fn a_role_goes_when_it_holds_nothing() {
    let w = world().await;
    role(&w, "Fan").await;
    let name = json!({ "RoleName": "Fan" });
    let attachment = json!({ "RoleName": "Fan", "PolicyArn": S3_READ });
    let inline = json!({ "RoleName": "Fan", "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
    w.call("AttachRolePolicy", &attachment).await.ok();
    w.call("PutRolePolicy", &inline).await.ok();
    let refused = w.call("DeleteRole", &name).await;
    assert_eq!(refused.to_string(), "409 DeleteConflict: Cannot delete entity, must detach all policies first.");
    w.call("DetachRolePolicy", &attachment).await.ok();
    let refused = w.call("DeleteRole", &name).await;
    assert_eq!(refused.to_string(), "409 DeleteConflict: Cannot delete entity, must delete policies first.");
    w.call("DeleteRolePolicy", &json!({ "RoleName": "Fan", "PolicyName": "p" })).await.ok();
    w.call("DeleteRole", &name).await.ok();
    assert_eq!(w.call("GetRole", &name).await.status, 404);
    assert_eq!(
        w.call("DeleteRole", &name).await.to_string(),
        "404 NoSuchEntity: The role with name Fan cannot be found."
    );
}
