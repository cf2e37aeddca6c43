use crate::create_login_profile::{PASSWORD, row, user_with_password};
use crate::*;

/// A user that may change its own password, and that password; its unique id.
async fn ana(w: &World) -> (Keys, String) {
    let (keys, id) = user_with_password(w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "iam:ChangePassword",
        "Resource": "arn:aws:iam::*:user/${aws:username}" } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    (keys, id)
}

async fn change(w: &World, keys: &Keys, old: &str, new: &str) -> testkit::Answer {
    w.call_as(keys, "ChangePassword", &json!({ "OldPassword": old, "NewPassword": new })).await
}

const WRONG: &str = "403 AccessDenied: The old password was incorrect.";

#[tokio::test]
async fn who_knows_the_present_password_sets_another() {
    let w = world().await;
    let (keys, id) = ana(&w).await;
    w.call("UpdateLoginProfile", &json!({ "UserName": "ana", "PasswordResetRequired": true })).await.ok();
    assert_eq!(change(&w, &keys, "Wrong-Horse-1", "Another-Horse-1").await.to_string(), WRONG);
    change(&w, &keys, PASSWORD, "Another-Horse-1").await.ok();
    assert!(!row(&w, &id).await.reset_required);
    assert_eq!(change(&w, &keys, PASSWORD, "Another-Horse-2").await.to_string(), WRONG);
    change(&w, &keys, "Another-Horse-1", PASSWORD).await.ok();
}

#[tokio::test]
async fn the_last_passwords_cannot_be_taken_again() {
    let w = world().await;
    let (keys, _) = ana(&w).await;
    w.call("UpdateAccountPasswordPolicy", &json!({ "PasswordReusePrevention": 2 })).await.ok();
    let reused = "400 PasswordPolicyViolation: Policy constraint violation with password reuse prevention during \
                  password change.";
    change(&w, &keys, PASSWORD, "second").await.ok();
    assert_eq!(change(&w, &keys, "second", PASSWORD).await.to_string(), reused);
    assert_eq!(change(&w, &keys, "second", "second").await.to_string(), reused);
    change(&w, &keys, "second", "third!").await.ok();
    change(&w, &keys, "third!", PASSWORD).await.ok();
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let w = world().await;
    let (keys, id) = ana(&w).await;
    for _ in 0..5 {
        assert_eq!(change(&w, &keys, "guess", "Another-Horse-1").await.to_string(), WRONG);
    }
    assert_eq!(row(&w, &id).await.failures, 5);
    assert_eq!(change(&w, &keys, PASSWORD, "Another-Horse-1").await.to_string(), WRONG);
    w.clock.advance_seconds(1);
    change(&w, &keys, PASSWORD, "Another-Horse-1").await.ok();
    assert_eq!(row(&w, &id).await.failures, 0);
}

#[tokio::test]
async fn only_a_user_has_a_password_to_change() {
    let w = world().await;
    let answer = change(&w, &Keys::root(), PASSWORD, "Another-Horse-1").await;
    assert_eq!(answer.to_string(), "400 InvalidUserType: Only IAM Users can change their own password.");
    let bea = user_with_key(&w, "bea").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "bea", "PolicyArn": ADMIN })).await.ok();
    let answer = change(&w, &bea, PASSWORD, "Another-Horse-1").await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: Login Profile for User bea cannot be found.");
}

#[tokio::test]
async fn every_user_may_where_the_account_lets_them() {
    let w = world().await;
    let (keys, _) = user_with_password(&w, "ana").await;
    let denied = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: \
                  iam:ChangePassword on resource: arn:aws:iam::123456789012:user/ana because no identity-based policy \
                  allows the iam:ChangePassword action";
    assert_eq!(change(&w, &keys, PASSWORD, "Another-Horse-1").await.to_string(), denied);
    let allow = async |allowed: bool| {
        w.call("UpdateAccountPasswordPolicy", &json!({ "AllowUsersToChangePassword": allowed })).await.ok();
    };
    allow(true).await;
    change(&w, &keys, PASSWORD, "Another-Horse-1").await.ok();
    w.call_as(&keys, "GetAccountPasswordPolicy", &json!({})).await.ok();
    // Nothing else, and nobody else's.
    assert_eq!(w.call_as(&keys, "ListUsers", &json!({})).await.status, 403);
    let other = json!({ "UserName": "bea", "Password": PASSWORD });
    assert_eq!(w.call_as(&keys, "UpdateLoginProfile", &other).await.status, 403);

    // A denial wins, and a boundary bounds.
    let denial = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*" } });
    let policy = json!({ "UserName": "ana", "PolicyName": "no", "PolicyDocument": denial.to_string() });
    w.call("PutUserPolicy", &policy).await.ok();
    let answer = change(&w, &keys, "Another-Horse-1", PASSWORD).await;
    assert!(answer.message().ends_with("with an explicit deny in an identity-based policy"), "{answer}");
    w.call("DeleteUserPolicy", &json!({ "UserName": "ana", "PolicyName": "no" })).await.ok();
    w.call("PutUserPermissionsBoundary", &json!({ "UserName": "ana", "PermissionsBoundary": S3_READ })).await.ok();
    let answer = change(&w, &keys, "Another-Horse-1", PASSWORD).await;
    assert!(answer.message().contains("because no permissions boundary allows"), "{answer}");
    w.call("DeleteUserPermissionsBoundary", &json!({ "UserName": "ana" })).await.ok();
    change(&w, &keys, "Another-Horse-1", "Another-Horse-2").await.ok();

    allow(false).await;
    assert_eq!(change(&w, &keys, "Another-Horse-2", PASSWORD).await.to_string(), denied);
    allow(true).await;
    w.call("DeleteAccountPasswordPolicy", &json!({})).await.ok();
    assert_eq!(change(&w, &keys, "Another-Horse-2", PASSWORD).await.to_string(), denied);
}

#[tokio::test]
async fn a_password_that_has_expired_for_good_is_changed_by_the_api_all_the_same() {
    let w = world().await;
    let (keys, id) = ana(&w).await;
    w.call("UpdateAccountPasswordPolicy", &json!({ "MaxPasswordAge": 1, "HardExpiry": true })).await.ok();
    w.clock.advance_seconds(10 * 86_400);
    // It is the console that an expired password opens no more; an access key is enough for this.
    change(&w, &keys, PASSWORD, "Another-Horse-1").await.ok();
    assert_eq!(row(&w, &id).await.password_set_ms, w.clock.now());
}
