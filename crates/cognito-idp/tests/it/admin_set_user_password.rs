//! AdminSetUserPassword.

use crate::{PASSWORD, client, invited, pool, row, sign_in, user, world};
use serde_json::json;

#[tokio::test]
async fn a_permanent_password_confirms_the_user() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    let sub = invited(&w, &pool, "ana", &[]).await;
    let input = json!({ "UserPoolId": pool, "Username": "ana", "Password": PASSWORD, "Permanent": true });
    assert_eq!(w.call("AdminSetUserPassword", &input).await.to_string(), "200 {}");
    let found = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "ana" })).await;
    assert_eq!(found.text_at("UserStatus"), "CONFIRMED");
    sign_in(&w, &pool, &client, "ana", PASSWORD).await.at("AuthenticationResult");
    // The password is nowhere; what is kept does not open without the key ring.
    let sealed = row(&w, &pool, &sub).await.sealed_password.unwrap();
    assert!(!sealed.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
    assert!(w.node.vault.open("password", &format!("{pool}/someone-else"), &sealed).is_err());
}

#[tokio::test]
async fn a_password_that_is_not_permanent_must_be_changed() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    user(&w, &pool, "ana", &[]).await;
    let input = json!({ "UserPoolId": pool, "Username": "ana", "Password": "An0ther!pass" });
    w.call("AdminSetUserPassword", &input).await.ok();
    let answer = sign_in(&w, &pool, &client, "ana", "An0ther!pass").await;
    assert_eq!(answer.text_at("ChallengeName"), "NEW_PASSWORD_REQUIRED");
    // The status that ListUsers searches by has changed too.
    let forced = json!({ "UserPoolId": pool, "Filter": "cognito:user_status = \"force_change_password\"" });
    assert_eq!(w.call("ListUsers", &forced).await.at("Users").as_array().unwrap().len(), 1);
    let confirmed = json!({ "UserPoolId": pool, "Filter": "cognito:user_status = \"CONFIRMED\"" });
    assert_eq!(w.call("ListUsers", &confirmed).await.at("Users").as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn the_policy_and_the_user_are_checked() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    let set = async |name: &str, password: &str| {
        let input = json!({ "UserPoolId": pool, "Username": name, "Password": password });
        w.call("AdminSetUserPassword", &input).await.to_string()
    };
    assert_eq!(
        set("ana", "Passw0rd").await,
        "400 InvalidPasswordException: Password does not conform to policy: Password must have symbol characters"
    );
    assert_eq!(
        set("ana", "short").await,
        "400 InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: \
         Member must have length greater than or equal to 6"
    );
    assert_eq!(set("ben", PASSWORD).await, "400 UserNotFoundException: User does not exist.");
}
