//! DescribeIdentity.

use crate::support::{UserPool, get_id, identity_pool, world};
use serde_json::json;

#[tokio::test]
async fn an_identity_shows_its_providers_and_dates_but_not_who_it_is_there() {
    let mut w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    let ana = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    let guest = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let made = w.clock.now().seconds() as f64;
    let input = json!({"IdentityId": ana});
    let answer = w.call("DescribeIdentity", &input).await;
    assert_eq!(answer.at("Logins"), &json!([people.provider()]));
    assert_eq!(answer.at("CreationDate").as_f64(), Some(made));
    assert_eq!(answer.at("LastModifiedDate").as_f64(), Some(made));
    let answer = w.call("DescribeIdentity", &json!({"IdentityId": guest})).await;
    assert_eq!(answer.ok().get("Logins"), None);
    w.region = "eu-west-1".to_owned();
    assert_eq!(
        w.call("DescribeIdentity", &input).await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{ana}' not found.")
    );
    assert_eq!(w.call_unsigned("DescribeIdentity", &input).await.code(), "MissingAuthenticationTokenException");
}
