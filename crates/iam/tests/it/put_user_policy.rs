use crate::*;

#[tokio::test]
async fn a_policy_is_checked_and_replaced() {
    let w = world().await;
    let put = async |document: &str| {
        let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document });
        w.call("PutUserPolicy", &input).await.to_string()
    };
    assert_eq!(put("{").await, "404 NoSuchEntity: The user with name ana cannot be found.");
    user(&w, "ana").await;
    assert_eq!(put("{").await, "400 MalformedPolicyDocument: Syntax errors in policy.");
    assert!(put(&allowing("s3:GetObject")).await.starts_with("200"));
    assert!(put(&allowing("s3:PutObject")).await.starts_with("200"));
    let found = result(&w, "GetUserPolicy", &json!({ "UserName": "ana", "PolicyName": "p" })).await;
    assert_eq!(decoded(&found["PolicyDocument"]), allowing("s3:PutObject"));
}

#[tokio::test]
async fn all_policies_together_are_limited() {
    let w = world().await;
    user(&w, "ana").await;
    let put = async |name: &str, characters: usize| {
        let rest = allowing("s3:").len();
        let document = allowing(&format!("s3:{}", "a".repeat(characters - rest)));
        let padded = format!("{document}\n\t  ");
        let input = json!({ "UserName": "ana", "PolicyName": name, "PolicyDocument": padded });
        w.call("PutUserPolicy", &input).await.to_string()
    };
    let refused = "409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user ana";
    assert!(put("a", 2048 - 1000).await.starts_with("200"));
    assert!(put("b", 1000).await.starts_with("200"));
    assert_eq!(put("c", 100).await, refused);
    assert_eq!(put("b", 1001).await, refused);
    assert!(put("a", 100).await.starts_with("200"));
}

#[tokio::test]
async fn a_policy_takes_effect_at_once() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let list = async || w.call_as(&ana, "ListUsers", &json!({})).await;
    assert_eq!(
        list().await.to_string(),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: iam:ListUsers \
         because no identity-based policy allows the iam:ListUsers action"
    );
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": allowing("iam:ListUsers") });
    w.call("PutUserPolicy", &input).await.ok();
    list().await.ok();
    w.call("DeleteUserPolicy", &json!({ "UserName": "ana", "PolicyName": "p" })).await.ok();
    assert_eq!(list().await.status, 403);
}
