use crate::create_instance_profile::filled;
use crate::*;

#[tokio::test]
async fn tags_are_merged_and_the_role_stays() {
    let w = world().await;
    filled(&w, "Web").await;
    let tag =
        async |tags: Value| w.call("TagInstanceProfile", &json!({ "InstanceProfileName": "Web", "Tags": tags })).await;
    tag(json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }])).await.ok();
    tag(json!([{ "Key": "A", "Value": "2" }])).await.ok();
    let shown = &result(&w, "GetInstanceProfile", &json!({ "InstanceProfileName": "Web" })).await["InstanceProfile"];
    assert_eq!(shown["Tags"], json!([{ "Key": "A", "Value": "2" }, { "Key": "b", "Value": "" }]));
    assert_eq!(shown["Roles"][0]["RoleName"], "Web");
    let many: Vec<Value> = (0..49).map(|n| json!({ "Key": n.to_string(), "Value": "" })).collect();
    assert_eq!(tag(json!(many)).await.code(), "LimitExceeded");
}
