use crate::*;

#[tokio::test]
async fn without_a_name_it_is_the_caller() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let answer = w.call_as(&ana, "GetUser", &json!({})).await;
    assert_eq!(unwrapped("GetUser", &answer)["User"]["UserName"], "ana");
    let root = &result(&w, "GetUser", &json!({})).await["User"];
    assert_eq!(root["Arn"], "arn:aws:iam::123456789012:root");
    assert_eq!(root["UserId"], "123456789012");
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let w = world().await;
    let answer = w.call("GetUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user with name ana cannot be found.");
}

#[tokio::test]
async fn the_root_user_has_neither_name_nor_path() {
    let w = world().await;
    let user = result(&w, "GetUser", &json!({})).await["User"].clone();
    assert_eq!(user["Arn"], "arn:aws:iam::123456789012:root");
    assert_eq!(user["UserId"], "123456789012");
    assert!(user.get("UserName").is_none() && user.get("Path").is_none(), "{user}");
}
