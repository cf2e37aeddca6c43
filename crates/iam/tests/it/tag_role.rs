use crate::*;

#[tokio::test]
async fn tags_are_merged() {
    let w = world().await;
    role(&w, "ana").await;
    let tag = async |tags: Value| w.call("TagRole", &json!({ "RoleName": "ana", "Tags": tags })).await.to_string();
    assert!(tag(json!([{ "Key": "Team", "Value": "a" }, { "Key": "cost", "Value": "" }])).await.starts_with("200"));
    assert!(tag(json!([{ "Key": "team", "Value": "b" }])).await.starts_with("200"));
    let found = result(&w, "GetRole", &json!({ "RoleName": "ana" })).await;
    assert_eq!(found["Role"]["Tags"], json!([{ "Key": "cost", "Value": "" }, { "Key": "team", "Value": "b" }]));
    assert_eq!(
        tag(json!([{ "Key": "k", "Value": "" }, { "Key": "K", "Value": "" }])).await,
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    let many: Vec<Value> = (0..49).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    assert_eq!(tag(json!(many)).await, "409 LimitExceeded: Cannot exceed quota for TagsPerRole: 50");
}
