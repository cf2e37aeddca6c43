use crate::*;

#[tokio::test]
async fn tags_are_paged() {
    let w = world().await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("CreateInstanceProfile", &json!({ "InstanceProfileName": "Web", "Tags": tags })).await.ok();
    let list = async |mut input: Value| {
        input["InstanceProfileName"] = json!("Web");
        result(&w, "ListInstanceProfileTags", &input).await
    };
    let first = list(json!({ "MaxItems": 1 })).await;
    assert_eq!((&first["Tags"], &first["IsTruncated"]), (&json!([{ "Key": "a", "Value": "1" }]), &json!(true)));
    let rest = list(json!({ "Marker": first["Marker"] })).await;
    assert_eq!(rest, json!({ "Tags": [{ "Key": "b", "Value": "" }], "IsTruncated": false }));
}
