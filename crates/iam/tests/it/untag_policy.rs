use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    let tags = json!([{ "Key": "b", "Value": "2" }, { "Key": "a", "Value": "1" }]);
    w.call("TagPolicy", &json!({ "PolicyArn": arn, "Tags": tags })).await.ok();
    w.call("UntagPolicy", &json!({ "PolicyArn": arn, "TagKeys": ["b"] })).await.ok();
    let policy = &result(&w, "GetPolicy", &json!({ "PolicyArn": arn })).await["Policy"];
    assert_eq!(policy["Tags"], json!([{ "Key": "a", "Value": "1" }]));
}
