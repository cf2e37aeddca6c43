use crate::*;

#[tokio::test]
async fn tags_of_a_policy_are_set_listed_and_removed() {
    let w = world().await;
    let arn = policy(&w, "p", &allowing("s3:*")).await;
    let tags = json!([{ "Key": "b", "Value": "2" }, { "Key": "a", "Value": "1" }]);
    w.call("TagPolicy", &json!({ "PolicyArn": arn, "Tags": tags })).await.ok();
    let listed = result(&w, "ListPolicyTags", &json!({ "PolicyArn": arn })).await;
    assert_eq!(listed["Tags"], json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }]));
    let answer = w.call("TagPolicy", &json!({ "PolicyArn": ADMIN, "Tags": tags })).await;
    assert_eq!(answer.to_string(), "403 AccessDenied: Cannot update policies outside your own account.");
}
