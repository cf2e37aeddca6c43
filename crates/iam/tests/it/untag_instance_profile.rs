use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("CreateInstanceProfile", &json!({ "InstanceProfileName": "Web", "Tags": tags })).await.ok();
    let input = json!({ "InstanceProfileName": "Web", "TagKeys": ["A", "other"] });
    w.call("UntagInstanceProfile", &input).await.ok();
    let left = result(&w, "ListInstanceProfileTags", &json!({ "InstanceProfileName": "Web" })).await;
    assert_eq!(left["Tags"], json!([{ "Key": "b", "Value": "" }]));
}
