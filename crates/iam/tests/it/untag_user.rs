use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    user(&w, "ana").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }]);
    w.call("TagUser", &json!({ "UserName": "ana", "Tags": tags })).await.ok();
    w.call("UntagUser", &json!({ "UserName": "ana", "TagKeys": ["a", "other"] })).await.ok();
    let found = result(&w, "GetUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(found["User"]["Tags"], json!([{ "Key": "b", "Value": "2" }]));
    w.call("UntagUser", &json!({ "UserName": "ana", "TagKeys": ["b"] })).await.ok();
    let found = result(&w, "GetUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(found["User"].get("Tags"), None);
}
