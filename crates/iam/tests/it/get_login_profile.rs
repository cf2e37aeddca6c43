use crate::create_login_profile::user_with_password;
use crate::*;

#[tokio::test]
async fn a_profile_says_since_when_and_never_the_password() {
    let w = world().await;
    user_with_password(&w, "ana").await;
    w.clock.advance_seconds(60);
    assert_eq!(
        result(&w, "GetLoginProfile", &json!({ "UserName": "ana" })).await,
        json!({ "LoginProfile":
            { "UserName": "ana", "CreateDate": 1_767_323_045, "PasswordResetRequired": false } })
    );
}

#[tokio::test]
async fn a_user_without_a_password_has_no_profile() {
    let w = world().await;
    user(&w, "ana").await;
    let get = async |input: Value| w.call("GetLoginProfile", &input).await.to_string();
    assert_eq!(
        get(json!({ "UserName": "ana" })).await,
        "404 NoSuchEntity: Login Profile for User ana cannot be found."
    );
    assert_eq!(get(json!({ "UserName": "bea" })).await, "404 NoSuchEntity: The user with name bea cannot be found.");
    assert_eq!(
        get(json!({})).await,
        "400 ValidationError: Must specify userName when calling with non-User credentials"
    );
}
