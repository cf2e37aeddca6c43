use crate::*;

#[tokio::test]
async fn a_policy_is_checked_and_replaced() {
    let w = world().await;
    let put = async |document: &str| {
        let input = json!({ "RoleName": "ana", "PolicyName": "p", "PolicyDocument": document });
        w.call("PutRolePolicy", &input).await.to_string()
    };
    // What a parameter may hold comes before whether the role exists, and that before the policy (spec/policy.md 2).
    assert_eq!(
        put("\u{1f600}").await,
        "400 ValidationError: The specified value for policyDocument is invalid. It must contain only printable ASCII \
         characters."
    );
    assert_eq!(put("{").await, "404 NoSuchEntity: The role with name ana cannot be found.");
    role(&w, "ana").await;
    assert_eq!(put("{").await, "400 MalformedPolicyDocument: Syntax errors in policy.");
    assert!(put(&allowing("s3:GetObject")).await.starts_with("200"));
    assert!(put(&allowing("s3:PutObject")).await.starts_with("200"));
    let found = result(&w, "GetRolePolicy", &json!({ "RoleName": "ana", "PolicyName": "p" })).await;
    assert_eq!(decoded(&found["PolicyDocument"]), allowing("s3:PutObject"));
}

#[tokio::test]
async fn all_policies_together_are_limited() {
    let w = world().await;
    role(&w, "ana").await;
    let put = async |name: &str, characters: usize| {
        let rest = allowing("s3:").len();
        let document = allowing(&format!("s3:{}", "a".repeat(characters - rest)));
        let padded = format!("{document}\n\t  ");
        let input = json!({ "RoleName": "ana", "PolicyName": name, "PolicyDocument": padded });
        w.call("PutRolePolicy", &input).await.to_string()
    };
    let refused = "409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role ana";
    assert!(put("a", 10240 - 1000).await.starts_with("200"));
    assert!(put("b", 1000).await.starts_with("200"));
    assert_eq!(put("c", 100).await, refused);
    assert_eq!(put("b", 1001).await, refused);
    assert!(put("a", 100).await.starts_with("200"));
}
