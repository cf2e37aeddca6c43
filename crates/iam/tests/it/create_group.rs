use crate::*;

#[tokio::test]
async fn a_group_is_answered_with_what_was_given() {
    let w = world().await;
    let group = &result(&w, "CreateGroup", &json!({ "GroupName": "Fans", "Path": "/a/" })).await["Group"];
    assert_eq!(group["Arn"], "arn:aws:iam::123456789012:group/a/Fans");
    assert!(group["GroupId"].as_str().unwrap().starts_with("AGPA"));
    let answer = w.call("CreateGroup", &json!({ "GroupName": "fans" })).await;
    assert_eq!(answer.to_string(), "409 EntityAlreadyExists: Group with name fans already exists.");
}
