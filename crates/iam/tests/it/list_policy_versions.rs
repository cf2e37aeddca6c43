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
