use crate::*;

#[tokio::test]
async fn a_policy_is_checked_and_replaced() {
    let w = world().await;
    let put = async |document: &str| {
        let input = json!({ "GroupName": "ana", "PolicyName": "p", "PolicyDocument": document });
        w.call("PutGroupPolicy", &input).await.to_string()
    };
    assert_eq!(put("{").await, "404 NoSuchEntity: The group with name ana cannot be found.");
    group(&w, "ana").await;
    assert_eq!(put("{").await, "400 MalformedPolicyDocument: Syntax errors in policy.");
    assert!(put(&allowing("s3:GetObject")).await.starts_with("200"));
    assert!(put(&allowing("s3:PutObject")).await.starts_with("200"));
    let found = result(&w, "GetGroupPolicy", &json!({ "GroupName": "ana", "PolicyName": "p" })).await;
    assert_eq!(decoded(&found["PolicyDocument"]), allowing("s3:PutObject"));
}

#[tokio::test]
async fn all_policies_together_are_limited() {
    let w = world().await;
    group(&w, "ana").await;
    let put = async |name: &str, characters: usize| {
        let rest = allowing("s3:").len();
        let document = allowing(&format!("s3:{}", "a".repeat(characters - rest)));
        let padded = format!("{document}\n\t  ");
        let input = json!({ "GroupName": "ana", "PolicyName": name, "PolicyDocument": padded });
        w.call("PutGroupPolicy", &input).await.to_string()
    };
    let refused = "409 LimitExceeded: Maximum policy size of 5120 bytes exceeded for group ana";
    assert!(put("a", 5120 - 1000).await.starts_with("200"));
    assert!(put("b", 1000).await.starts_with("200"));
    assert_eq!(put("c", 100).await, refused);
    assert_eq!(put("b", 1001).await, refused);
    assert!(put("a", 100).await.starts_with("200"));
}
