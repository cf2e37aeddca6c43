use crate::*;

#[tokio::test]
async fn versions_are_listed_without_documents() {
    let w = world().await;
    let listed = result(&w, "ListPolicyVersions", &json!({ "PolicyArn": S3_READ })).await;
    assert_eq!(listed["IsTruncated"], false);
    assert_eq!(listed["Versions"].as_array().unwrap().len(), 1);
    assert_eq!(listed["Versions"][0]["VersionId"], "v3");
    assert_eq!(listed["Versions"][0].get("Document"), None);
}

#[tokio::test]
async fn versions_come_newest_first_page_by_page() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    for _ in 0..2 {
        w.call("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": allowing("s3:*") })).await.ok();
    }
    let first = result(&w, "ListPolicyVersions", &json!({ "PolicyArn": arn, "MaxItems": 2 })).await;
    let id = |page: &Value, at: usize| page["Versions"][at]["VersionId"].as_str().map(str::to_owned);
    assert_eq!((id(&first, 0).as_deref(), id(&first, 1).as_deref()), (Some("v3"), Some("v2")));
    let second = result(&w, "ListPolicyVersions", &json!({ "PolicyArn": arn, "Marker": first["Marker"] })).await;
    assert_eq!((id(&second, 0).as_deref(), &second["IsTruncated"]), (Some("v1"), &json!(false)));
}
