use crate::*;

#[tokio::test]
async fn a_policy_of_aws_has_no_tags() {
    let w = world().await;
    let listed = result(&w, "ListPolicyTags", &json!({ "PolicyArn": ADMIN })).await;
    assert_eq!(listed, json!({ "Tags": [], "IsTruncated": false }));
}
