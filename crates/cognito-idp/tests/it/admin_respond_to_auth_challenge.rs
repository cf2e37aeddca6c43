//! AdminRespondToAuthChallenge.

use crate::{PASSWORD, TEMPORARY, claims, client, invited, pool, sign_in, with, world};
use serde_json::{Value, json};
use testkit::{Answer, World};

struct Setting {
    w: World,
    pool: String,
    client: String,
}

/// An invited user of a pool that requires a name.
async fn setting() -> Setting {
    let w = world().await;
    let schema = json!([
        { "Name": "name", "AttributeDataType": "String", "Required": true },
        { "Name": "email", "AttributeDataType": "String", "Required": true },
        { "Name": "badge", "AttributeDataType": "String", "Mutable": false },
    ]);
    let pool = pool(&w, &json!({ "Schema": schema })).await;
    let client = client(&w, &pool, &json!({})).await;
    invited(&w, &pool, "ana", &[("email", "ana@example.com")]).await;
    Setting { w, pool, client }
}

impl Setting {
    async fn session(&self) -> String {
        sign_in(&self.w, &self.pool, &self.client, "ana", TEMPORARY).await.text_at("Session")
    }

    async fn respond(&self, session: &str, extra: &Value) -> Answer {
        let base = json!({ "USERNAME": "ana", "NEW_PASSWORD": PASSWORD, "userAttributes.name": "Ana" });
        let input = json!({
            "UserPoolId": self.pool, "ClientId": self.client, "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": session, "ChallengeResponses": with(base, extra),
        });
        self.w.call("AdminRespondToAuthChallenge", &input).await
    }
}

#[tokio::test]
async fn a_new_password_ends_the_sign_in() {
    let s = setting().await;
    let answer = s.respond(&s.session().await, &json!({})).await;
    assert_eq!(*answer.at("ChallengeParameters"), json!({}));
    let id = claims(&s.w, &s.pool, &answer.text_at("AuthenticationResult.IdToken")).await;
    assert_eq!((&id["name"], &id["email"]), (&json!("Ana"), &json!("ana@example.com")));
    let found = s.w.call("AdminGetUser", &json!({ "UserPoolId": s.pool, "Username": "ana" })).await;
    assert_eq!(found.text_at("UserStatus"), "CONFIRMED");
    sign_in(&s.w, &s.pool, &s.client, "ana", PASSWORD).await.at("AuthenticationResult");
    assert_eq!(sign_in(&s.w, &s.pool, &s.client, "ana", TEMPORARY).await.code(), "NotAuthorizedException");
    // The new attribute is found by ListUsers.
    let input = json!({ "UserPoolId": s.pool, "Filter": "name = \"Ana\"" });
    assert_eq!(s.w.call("ListUsers", &input).await.text_at("Users.0.Username"), "ana");
}

#[tokio::test]
async fn a_session_is_good_once() {
    let s = setting().await;
    let session = s.session().await;
    s.respond(&session, &json!({})).await.ok();
    assert_eq!(
        s.respond(&session, &json!({})).await.to_string(),
        "400 NotAuthorizedException: Invalid session for the user, session can only be used once."
    );
}

#[tokio::test]
async fn a_refused_answer_leaves_the_session_good() {
    let s = setting().await;
    let session = s.session().await;
    for (extra, expected) in [
        (
            json!({ "NEW_PASSWORD": "weak" }),
            "400 InvalidPasswordException: Password does not conform to policy: Password not long enough",
        ),
        (
            json!({ "userAttributes.email": "other@example.com" }),
            "400 NotAuthorizedException: Cannot modify an already provided email",
        ),
        (
            json!({ "userAttributes.email_verified": "true" }),
            "400 NotAuthorizedException: A client attempted to write unauthorized attribute",
        ),
        (
            json!({ "userAttributes.custom:badge": "7" }),
            "400 InvalidParameterException: user.custom:badge: Attribute cannot be updated.\n",
        ),
        (
            json!({ "userAttributes.name": "" }),
            "400 InvalidParameterException: Attributes did not conform to the schema: name: The attribute is required",
        ),
        (json!({ "NEW_PASSWORD": "" }), "400 InvalidParameterException: Missing required parameter NEW_PASSWORD"),
        (json!({ "USERNAME": "" }), "400 InvalidParameterException: Missing required parameter USERNAME"),
        (json!({ "USERNAME": "ben" }), "400 NotAuthorizedException: Invalid session for the user."),
    ] {
        assert_eq!(s.respond(&session, &extra).await.to_string(), expected);
    }
    s.respond(&session, &json!({})).await.at("AuthenticationResult");
}

#[tokio::test]
async fn a_session_expires_after_three_minutes() {
    let s = setting().await;
    let session = s.session().await;
    s.w.clock.advance_seconds(180);
    assert_eq!(
        s.respond(&session, &json!({})).await.to_string(),
        "400 NotAuthorizedException: Invalid session for the user, session is expired."
    );
}

#[tokio::test]
async fn a_session_of_another_client_or_none_is_refused() {
    let mut s = setting().await;
    let session = s.session().await;
    let garbage = format!("AYABe{}", "A".repeat(40));
    let invalid = "400 NotAuthorizedException: Invalid session for the user.";
    assert_eq!(s.respond(&garbage, &json!({})).await.to_string(), invalid);
    s.client = client(&s.w, &s.pool, &json!({})).await;
    assert_eq!(s.respond(&session, &json!({})).await.to_string(), invalid);
    let input = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": { "USERNAME": "ana", "NEW_PASSWORD": PASSWORD },
    });
    assert_eq!(
        s.w.call("AdminRespondToAuthChallenge", &input).await.to_string(),
        "400 InvalidParameterException: Missing required parameter Session"
    );
}

#[tokio::test]
async fn an_administrator_who_changes_the_password_ends_the_session() {
    let s = setting().await;
    let session = s.session().await;
    s.w.clock.advance_seconds(1);
    let input = json!({ "UserPoolId": s.pool, "Username": "ana", "Password": "An0ther!temp" });
    s.w.call("AdminSetUserPassword", &input).await.ok();
    assert_eq!(
        s.respond(&session, &json!({})).await.to_string(),
        "400 NotAuthorizedException: Invalid session for the user."
    );
}

#[tokio::test]
async fn challenges_that_are_not_built_say_so() {
    let s = setting().await;
    let input = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "ChallengeName": "SMS_MFA", "Session": s.session().await,
        "ChallengeResponses": { "USERNAME": "ana", "SMS_MFA_CODE": "123456" },
    });
    assert_eq!(
        s.w.call("AdminRespondToAuthChallenge", &input).await.to_string(),
        "400 InvalidParameterException: Sekisho does not have the SMS_MFA challenge yet."
    );
}
