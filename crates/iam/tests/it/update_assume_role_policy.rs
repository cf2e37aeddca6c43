use crate::*;

#[tokio::test]
async fn a_role_may_come_to_trust_itself() {
    let w = world().await;
    role(&w, "Fan").await;
    let document = trusting(&json!(["arn:aws:iam::123456789012:role/Fan"]));
    w.call("UpdateAssumeRolePolicy", &json!({ "RoleName": "Fan", "PolicyDocument": document })).await.ok();
    let role = &result(&w, "GetRole", &json!({ "RoleName": "Fan" })).await["Role"];
    assert_eq!(decoded(&role["AssumeRolePolicyDocument"]), document);
}

#[tokio::test]
async fn a_missing_role_hides_what_is_wrong_with_the_document() {
    let w = world().await;
    let answer = w.call("UpdateAssumeRolePolicy", &json!({ "RoleName": "Fan", "PolicyDocument": "{" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The role with name Fan cannot be found.");
    role(&w, "Fan").await;
    let answer = w.call("UpdateAssumeRolePolicy", &json!({ "RoleName": "Fan", "PolicyDocument": "{" })).await;
    assert_eq!(answer.to_string(), "400 MalformedPolicyDocument: This policy contains invalid Json");
}
