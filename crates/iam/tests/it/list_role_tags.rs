use crate::*;

#[tokio::test]
async fn tags_are_listed_page_by_page() {
    let w = world().await;
    role(&w, "ana").await;
    let tag = |key: &str| json!({ "Key": key, "Value": key });
    let tags = json!([tag("c"), tag("a"), tag("b")]);
    w.call("TagRole", &json!({ "RoleName": "ana", "Tags": tags })).await.ok();
    let first = result(&w, "ListRoleTags", &json!({ "RoleName": "ana", "MaxItems": 2 })).await;
    assert_eq!((&first["Tags"], &first["IsTruncated"]), (&json!([tag("a"), tag("b")]), &json!(true)));
    let second = result(&w, "ListRoleTags", &json!({ "RoleName": "ana", "Marker": first["Marker"] })).await;
    assert_eq!(second, json!({ "Tags": [tag("c")], "IsTruncated": false }));
}
