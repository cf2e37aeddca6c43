//! SetIdentityPoolRoles: what it refuses. What it sets is in `get_identity_pool_roles.rs`.

use crate::support::{
    AUTH, CLIENT, GUEST, UserPool, allow, get_credentials, get_id, pool_with_roles, role, set_roles, trust, world,
};
use serde_json::json;
use testkit::Keys;

#[tokio::test]
async fn a_role_that_is_not_there_or_not_ours_is_forbidden() {
    let w = world().await;
    let pool = pool_with_roles(&w, &[]).await;
    let foreign = "arn:aws:iam::999999999999:role/Other";
    role(&w, foreign, trust(&pool, "authenticated")).await;
    for arn in [
        "arn:aws:iam::123456789012:role/Absent",
        "arn:aws:iam::123456789012:role/Fan",
        "arn:aws:iam::123456789012:role/other/Fan",
        "arn:aws:iam::123456789012:role/app/fan",
        "arn:aws:iam::123456789012:user/Fan",
        foreign,
        "just-a-name-of-a-role",
    ] {
        let answer = set_roles(&w, &pool, json!({"Roles": {"authenticated": arn}})).await;
        assert_eq!(answer.to_string(), format!("400 NotAuthorizedException: Access to Role '{arn}' is forbidden."));
    }
}

#[tokio::test]
async fn shapes_that_make_no_sense_are_refused() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let key = format!("{}:{CLIENT}", people.provider());
    let set = async |key: &str, mapping: serde_json::Value| {
        let input = json!({"Roles": {"authenticated": AUTH}, "RoleMappings": {key: mapping}});
        set_roles(&w, &pool, input).await
    };
    let token = json!({"Type": "Token", "AmbiguousRoleResolution": "Deny"});
    assert_eq!(set(&key, token.clone()).await.status, 200);
    for bad in [people.provider(), format!("https://{key}"), format!("{}:other", people.provider()), "x".to_owned()] {
        assert_eq!(
            set(&bad, token.clone()).await.to_string(),
            format!(
                "400 InvalidParameterException: ({bad}) is not a valid RoleMapping ProviderName or is not a configured \
                 provider."
            )
        );
    }
    let rules = json!({"Rules": [{"Claim": "c", "MatchType": "Equals", "Value": "v", "RoleARN": AUTH}]});
    for mapping in [
        json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny"}),
        json!({"Type": "Token"}),
        json!({"Type": "Rules", "RulesConfiguration": rules}),
        json!({"Type": "Token", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": rules}),
    ] {
        assert_eq!(set(&key, mapping.clone()).await.code(), "InvalidParameterException", "{mapping}");
    }
    let unknown = set(&key, json!({"Type": "Other", "AmbiguousRoleResolution": "Deny"})).await;
    assert_eq!(unknown.code(), "ValidationException");
    let bad_role = set_roles(&w, &pool, json!({"Roles": {"both": AUTH}})).await;
    assert_eq!(bad_role.code(), "ValidationException");
}

#[tokio::test]
async fn the_role_of_a_rule_must_be_passable_too() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let arn = "arn:aws:iam::123456789012:role/Absent";
    let rules = json!({"Rules": [{"Claim": "c", "MatchType": "Equals", "Value": "v", "RoleARN": arn}]});
    let mapping = json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": rules});
    let key = format!("{}:{CLIENT}", people.provider());
    let answer = set_roles(&w, &pool, json!({"Roles": {}, "RoleMappings": {key: mapping}})).await;
    assert_eq!(answer.message(), format!("Access to Role '{arn}' is forbidden."));
}

#[tokio::test]
async fn a_caller_without_pass_role_is_refused() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let user = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    let keys = Keys::of(get_credentials(&w, &user, people.logins(&w, "ana")).await.at("Credentials"));
    let input = json!({"IdentityPoolId": pool, "Roles": {"unauthenticated": GUEST}});
    allow(&w, "Fan", "cognito-identity:*", "*").await;
    let answer = w.call_as(&keys, "SetIdentityPoolRoles", &input).await;
    assert_eq!(answer.to_string(), format!("400 NotAuthorizedException: Access to Role '{GUEST}' is forbidden."));
    allow(&w, "Fan", "*", "*").await;
    assert_eq!(w.call_as(&keys, "SetIdentityPoolRoles", &input).await.status, 200);
}
