use crate::*;
use domain::IamUserId;
use store::table::iam_login_profiles::{self, LoginProfile};

/// A password that an account without a policy accepts.
pub const PASSWORD: &str = "Correct-Horse-1";

/// A user with a key and that password; its unique id.
pub async fn user_with_password(w: &World, name: &str) -> (Keys, String) {
    let id = user(w, name).await;
    let keys = key(w, name).await;
    w.call("CreateLoginProfile", &json!({ "UserName": name, "Password": PASSWORD })).await.ok();
    (keys, id)
}

/// What is kept for this user.
pub async fn row(w: &World, user_id: &str) -> LoginProfile {
    let user_id = IamUserId::from(user_id);
    let find = async |tx: &mut store::Tx| iam_login_profiles::find(tx, &user_id).await;
    w.node.store.read(find).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_user_has_one_password() {
    let w = world().await;
    user(&w, "ana").await;
    let input = json!({ "UserName": "ana", "Password": PASSWORD });
    let made = result(&w, "CreateLoginProfile", &input).await;
    assert_eq!(made, json!({ "LoginProfile": { "UserName": "ana", "CreateDate": 1_767_323_045 } }));
    let again = w.call("CreateLoginProfile", &input).await;
    assert_eq!(again.to_string(), "409 EntityAlreadyExists: Login Profile for user ana already exists.");
    user(&w, "bea").await;
    let input = json!({ "UserName": "bea", "Password": PASSWORD, "PasswordResetRequired": true });
    let made = result(&w, "CreateLoginProfile", &input).await;
    assert_eq!(made["LoginProfile"]["PasswordResetRequired"], true);
}

#[tokio::test]
async fn the_password_is_kept_as_a_sealed_verifier() {
    let w = world().await;
    let (_, id) = user_with_password(&w, "ana").await;
    let kept = row(&w, &id).await;
    for sealed in [&kept.sealed_password, &kept.sealed_history] {
        assert!(!sealed.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
    }
    let plain = w.node.vault.open("login-password", &id, &kept.sealed_password).unwrap();
    let verifier = domain::srp::PasswordVerifier::from_bytes(&plain).unwrap();
    assert!(verifier.matches("iam", &id, PASSWORD));
    assert!(!verifier.matches("iam", &id, "Correct-Horse-2"));
    assert!(w.node.vault.open("login-password", "AIDASOMEBODYELSE", &kept.sealed_password).is_err());
}

#[tokio::test]
async fn the_accounts_policy_decides_what_is_a_password() {
    let w = world().await;
    user(&w, "ana").await;
    let create = async |password: &str| {
        w.call("CreateLoginProfile", &json!({ "UserName": "ana", "Password": password })).await.to_string()
    };
    let violation = |why: &str| format!("400 PasswordPolicyViolation: {why}");
    assert_eq!(create("Short-1").await, violation("Password should have a minimum length of 8"));
    assert_eq!(create("longenough").await, violation("Password does not conform to the account password policy."));
    let policy = json!({ "MinimumPasswordLength": 16, "RequireSymbols": true });
    w.call("UpdateAccountPasswordPolicy", &policy).await.ok();
    assert_eq!(create(PASSWORD).await, violation("Password should have a minimum length of 16"));
    assert_eq!(create("longenoughandmore").await, violation("Password should have at least one symbol"));
    let none = w.call("GetLoginProfile", &json!({ "UserName": "ana" })).await;
    assert_eq!(none.code(), "NoSuchEntity");
    assert!(create("long-enough-and-more").await.starts_with("200 "));
}

#[tokio::test]
async fn a_password_needs_a_user() {
    let w = world().await;
    let create = async |input: Value| w.call("CreateLoginProfile", &input).await.to_string();
    assert_eq!(
        create(json!({ "UserName": "ana", "Password": PASSWORD })).await,
        "404 NoSuchEntity: The user with name ana cannot be found."
    );
    assert_eq!(
        create(json!({ "Password": PASSWORD })).await,
        "400 ValidationError: Must specify userName when calling with non-User credentials"
    );
    user(&w, "ana").await;
    assert_eq!(
        create(json!({ "UserName": "ana" })).await,
        "400 ValidationError: 1 validation error detected: Value at 'password' failed to satisfy constraint: Member \
         must not be null"
    );
}

#[tokio::test]
async fn a_user_may_give_itself_a_password() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    w.call_as(&ana, "CreateLoginProfile", &json!({ "Password": PASSWORD })).await.ok();
    let shown = w.call_as(&ana, "GetLoginProfile", &json!({})).await;
    assert_eq!(unwrapped("GetLoginProfile", &shown)["LoginProfile"]["UserName"], "ana");
}
