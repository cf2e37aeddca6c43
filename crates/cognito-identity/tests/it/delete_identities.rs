//! DeleteIdentities.

use crate::support::{UserPool, get_credentials, get_id, identity_pool, world};
use serde_json::json;

#[tokio::test]
async fn a_deleted_user_comes_back_as_somebody_new() {
    let mut w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    let ana = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    let absent = "us-east-1:00000000-0000-4000-8000-000000000000";
    w.region = "eu-west-1".to_owned();
    let elsewhere = w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [ana]})).await;
    let denied = |id: &str| json!({"UnprocessedIdentityIds": [{"IdentityId": id, "ErrorCode": "AccessDenied"}]});
    assert_eq!(*elsewhere.ok(), denied(&ana));
    w.region = "us-east-1".to_owned();
    let deleted = w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [ana, absent]})).await;
    assert_eq!(*deleted.ok(), denied(absent));
    assert_eq!(
        get_credentials(&w, &ana, people.logins(&w, "ana")).await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{ana}' not found.")
    );
    let again = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    assert_ne!(again, ana);
    let deleted = w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [again]})).await;
    assert_eq!(*deleted.ok(), json!({"UnprocessedIdentityIds": []}));
}
