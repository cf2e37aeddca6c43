use crate::*;

#[tokio::test]
async fn a_renamed_group_keeps_its_members_and_policies() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    group(&w, "Fans").await;
    group(&w, "Other").await;
    w.call("AddUserToGroup", &json!({ "GroupName": "Fans", "UserName": "ana" })).await.ok();
    w.call("AttachGroupPolicy", &json!({ "GroupName": "Fans", "PolicyArn": ADMIN })).await.ok();
    let taken = w.call("UpdateGroup", &json!({ "GroupName": "Fans", "NewGroupName": "OTHER" })).await;
    assert_eq!(taken.to_string(), "409 EntityAlreadyExists: Group with name OTHER already exists.");
    w.call("UpdateGroup", &json!({ "GroupName": "Fans", "NewGroupName": "FANS", "NewPath": "/x/" })).await.ok();
    let found = result(&w, "GetGroup", &json!({ "GroupName": "FANS" })).await;
    assert_eq!(found["Group"]["Arn"], "arn:aws:iam::123456789012:group/x/FANS");
    assert_eq!(found["Users"][0]["UserName"], "ana");
    w.call_as(&ana, "ListUsers", &json!({})).await.ok();
}

#[tokio::test]
async fn the_caller_needs_the_permission_for_the_new_name_too() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    group(&w, "mine").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "iam:UpdateGroup",
        "Resource": "arn:aws:iam::123456789012:group/mine*" } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    let rename =
        async |to: &str| w.call_as(&ana, "UpdateGroup", &json!({ "GroupName": "mine", "NewGroupName": to })).await;
    let refused = rename("yours").await;
    assert_eq!(refused.status, 403);
    assert!(refused.message().contains("on resource: arn:aws:iam::123456789012:group/yours because"), "{refused}");
    rename("mine2").await.ok();
}
