use crate::create_login_profile::{PASSWORD, row, user_with_password};
use crate::*;

async fn update(w: &World, mut input: Value) -> testkit::Answer {
    input["UserName"] = json!("ana");
    w.call("UpdateLoginProfile", &input).await
}

#[tokio::test]
async fn what_is_not_given_stays() {
    let w = world().await;
    let (_, id) = user_with_password(&w, "ana").await;
    let before = row(&w, &id).await;
    w.clock.advance_seconds(60);
    update(&w, json!({ "PasswordResetRequired": true })).await.ok();
    let reset = row(&w, &id).await;
    assert!(reset.reset_required);
    assert_eq!((&reset.sealed_password, reset.password_set_ms), (&before.sealed_password, before.password_set_ms));
    update(&w, json!({ "Password": "Another-Horse-1" })).await.ok();
    let changed = row(&w, &id).await;
    assert!(changed.reset_required);
    assert_ne!(changed.sealed_password, before.sealed_password);
    assert_eq!(changed.password_set_ms, w.clock.now());
    assert_eq!(changed.created_ms, before.created_ms);
}

#[tokio::test]
async fn the_accounts_policy_holds() {
    let w = world().await;
    let (_, id) = user_with_password(&w, "ana").await;
    let before = row(&w, &id).await;
    let answer = update(&w, json!({ "Password": "simple-one" })).await;
    assert_eq!(
        answer.to_string(),
        "400 PasswordPolicyViolation: Password does not conform to the account password policy."
    );
    w.call("UpdateAccountPasswordPolicy", &json!({ "PasswordReusePrevention": 1 })).await.ok();
    assert_eq!(update(&w, json!({ "Password": PASSWORD })).await.code(), "PasswordPolicyViolation");
    assert_eq!(row(&w, &id).await, before);
}

#[tokio::test]
async fn a_user_without_a_password_has_none_to_change() {
    let w = world().await;
    user(&w, "ana").await;
    let answer = update(&w, json!({ "Password": PASSWORD })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: Login Profile for User ana cannot be found.");
}
