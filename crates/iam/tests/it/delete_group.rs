use crate::*;

#[tokio::test]
async fn a_group_goes_when_it_holds_nothing_and_nobody() {
    let w = world().await;
    group(&w, "Fans").await;
    user(&w, "ana").await;
    let member = json!({ "GroupName": "Fans", "UserName": "ana" });
    w.call("AddUserToGroup", &member).await.ok();
    w.call("AttachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": S3_READ })).await.ok();
    let delete = async || w.call("DeleteGroup", &json!({ "GroupName": "Fans" })).await.to_string();
    assert_eq!(delete().await, "409 DeleteConflict: Cannot delete entity, must remove users from group first.");
    w.call("RemoveUserFromGroup", &member).await.ok();
    assert_eq!(delete().await, "409 DeleteConflict: Cannot delete entity, must detach all policies first.");
    w.call("DetachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": S3_READ })).await.ok();
    assert!(delete().await.starts_with("200"));
    assert_eq!(delete().await, "404 NoSuchEntity: The group with name Fans cannot be found.");
}
