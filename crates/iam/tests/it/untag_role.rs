use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    role(&w, "ana").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }]);
    w.call("TagRole", &json!({ "RoleName": "ana", "Tags": tags })).await.ok();
    w.call("UntagRole", &json!({ "RoleName": "ana", "TagKeys": ["a", "other"] })).await.ok();
    let found = result(&w, "GetRole", &json!({ "RoleName": "ana" })).await;
    assert_eq!(found["Role"]["Tags"], json!([{ "Key": "b", "Value": "2" }]));
    w.call("UntagRole", &json!({ "RoleName": "ana", "TagKeys": ["b"] })).await.ok();
    let found = result(&w, "GetRole", &json!({ "RoleName": "ana" })).await;
    assert_eq!(found["Role"].get("Tags"), None);
}
