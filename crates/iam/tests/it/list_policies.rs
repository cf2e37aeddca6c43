use crate::*;

fn names(page: &Value) -> Vec<&str> {
    page["Policies"].as_array().unwrap().iter().map(|policy| policy["PolicyName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn policies_are_listed_by_scope_and_use() {
    let w = world().await;
    user(&w, "ana").await;
    policy(&w, "b", &allowing("s3:*")).await;
    let a = policy(&w, "A", &allowing("s3:*")).await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": a })).await.ok();
    w.call("PutUserPermissionsBoundary", &json!({ "UserName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    let list = async |input: Value| result(&w, "ListPolicies", &input).await;
    assert_eq!(names(&list(json!({ "Scope": "Local" })).await), ["A", "b"]);
    assert_eq!(names(&list(json!({ "OnlyAttached": true })).await), ["A", "AmazonS3ReadOnlyAccess"]);
    assert_eq!(names(&list(json!({ "PolicyUsageFilter": "PermissionsPolicy" })).await), ["A"]);
    let bounding = list(json!({ "PolicyUsageFilter": "PermissionsBoundary" })).await;
    assert_eq!(names(&bounding), ["AmazonS3ReadOnlyAccess"]);
    assert_eq!(bounding["Policies"][0]["PermissionsBoundaryUsageCount"], 1);
    let aws = list(json!({ "Scope": "AWS", "PathPrefix": "/job-function/" })).await;
    assert!(names(&aws).contains(&"Billing"));
    assert!(aws["Policies"].as_array().unwrap().iter().all(|policy| policy["Path"] == "/job-function/"));
}

#[tokio::test]
async fn every_policy_is_on_one_page() {
    let w = world().await;
    policy(&w, "mine", &allowing("s3:*")).await;
    let mut input = json!({ "MaxItems": 700 });
    let mut seen = Vec::new();
    loop {
        let page = result(&w, "ListPolicies", &input).await;
        seen.extend(
            page["Policies"].as_array().unwrap().iter().map(|policy| policy["Arn"].as_str().unwrap().to_owned()),
        );
        if page["IsTruncated"] == false {
            break;
        }
        input["Marker"] = page["Marker"].clone();
    }
    let many = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), many), (many, 1583));
}
