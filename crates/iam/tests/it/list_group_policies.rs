use crate::*;

#[tokio::test]
async fn names_are_listed_page_by_page() {
    let w = world().await;
    group(&w, "ana").await;
    let none = result(&w, "ListGroupPolicies", &json!({ "GroupName": "ana" })).await;
    assert_eq!(none, json!({ "PolicyNames": [], "IsTruncated": false }));
    for name in ["c", "a", "B"] {
        let input = json!({ "GroupName": "ana", "PolicyName": name, "PolicyDocument": allowing("s3:*") });
        w.call("PutGroupPolicy", &input).await.ok();
    }
    let first = result(&w, "ListGroupPolicies", &json!({ "GroupName": "ana", "MaxItems": 2 })).await;
    assert_eq!((&first["PolicyNames"], &first["IsTruncated"]), (&json!(["a", "B"]), &json!(true)));
    let second = result(&w, "ListGroupPolicies", &json!({ "GroupName": "ana", "Marker": first["Marker"] })).await;
    assert_eq!(second, json!({ "PolicyNames": ["c"], "IsTruncated": false }));
}
