use crate::*;

#[tokio::test]
async fn a_renamed_user_keeps_keys_and_trust() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    user(&w, "bob").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let document = trusting(&json!("arn:aws:iam::123456789012:user/ana"));
    w.call("CreateRole", &json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": document })).await.ok();
    let taken = w.call("UpdateUser", &json!({ "UserName": "ana", "NewUserName": "Bob" })).await;
    assert_eq!(taken.to_string(), "409 EntityAlreadyExists: User with name Bob already exists.");
    w.call("UpdateUser", &json!({ "UserName": "ana", "NewUserName": "anna", "NewPath": "/x/" })).await.ok();
    let answer = w.call_as(&ana, "GetUser", &json!({})).await;
    assert_eq!(unwrapped("GetUser", &answer)["User"]["Arn"], "arn:aws:iam::123456789012:user/x/anna");
    let role = &result(&w, "GetRole", &json!({ "RoleName": "Fan" })).await["Role"];
    assert_eq!(decoded(&role["AssumeRolePolicyDocument"]), trusting(&json!("arn:aws:iam::123456789012:user/x/anna")));
}
