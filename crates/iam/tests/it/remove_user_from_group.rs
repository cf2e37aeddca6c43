use crate::*;

#[tokio::test]
async fn who_leaves_may_no_longer() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    group(&w, "Fans").await;
    w.call("AttachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": ADMIN })).await.ok();
    let member = json!({ "GroupName": "Fans", "UserName": "ana" });
    w.call("AddUserToGroup", &member).await.ok();
    w.call_as(&ana, "ListUsers", &json!({})).await.ok();
    w.call("RemoveUserFromGroup", &member).await.ok();
    assert_eq!(w.call_as(&ana, "ListUsers", &json!({})).await.status, 403);
    let answer = w.call("RemoveUserFromGroup", &json!({ "GroupName": "Fans", "UserName": "bob" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user with name bob cannot be found.");
}
