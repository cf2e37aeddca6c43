use crate::*;

#[tokio::test]
async fn a_member_may_what_the_group_may() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let list = async || w.call_as(&ana, "ListUsers", &json!({})).await.status;
    let inline = json!({ "GroupName": "Fans", "PolicyName": "p", "PolicyDocument": allowing("iam:ListUsers") });
    group(&w, "Fans").await;
    w.call("PutGroupPolicy", &inline).await.ok();
    assert_eq!(list().await, 403);
    let member = json!({ "GroupName": "Fans", "UserName": "ana" });
    w.call("AddUserToGroup", &member).await.ok();
    w.call("AddUserToGroup", &member).await.ok();
    assert_eq!(list().await, 200);
    w.call("DeleteGroupPolicy", &json!({ "GroupName": "Fans", "PolicyName": "p" })).await.ok();
    assert_eq!(list().await, 403);
    w.call("AttachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": ADMIN })).await.ok();
    assert_eq!(list().await, 200);
}

#[tokio::test]
async fn a_user_is_in_ten_groups_at_most() {
    let w = world().await;
    user(&w, "ana").await;
    let join = async |n: i32| {
        group(&w, &format!("g{n}")).await;
        w.call("AddUserToGroup", &json!({ "GroupName": format!("g{n}"), "UserName": "ana" })).await.to_string()
    };
    for n in 0..10 {
        assert!(join(n).await.starts_with("200"));
    }
    assert_eq!(join(10).await, "409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10");
    let refused = w.call("DeleteUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(refused.to_string(), "409 DeleteConflict: Cannot delete entity, must remove users from group first.");
}
