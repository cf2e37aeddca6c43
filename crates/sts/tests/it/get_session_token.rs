//! GetSessionToken.

use crate::second_factor::{code, device};
use crate::{allow_user, iam_world, keys, refusal, result, trusting_role, user};
use serde_json::{Value, json};
use testkit::{Keys, World};

async fn session(w: &World, caller: &Keys, input: Value) -> Keys {
    keys("GetSessionToken", &w.call_as(caller, "GetSessionToken", &input).await)
}

#[tokio::test]
async fn the_session_is_the_user() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let answer = w.call_as(&ana, "GetSessionToken", &json!({})).await;
    let credentials = &result("GetSessionToken", &answer)["Credentials"];
    assert_eq!(credentials["Expiration"], (w.clock.now().seconds() + 43_200));
    assert!(credentials["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    let session = keys("GetSessionToken", &answer);
    let who = |answer| result("GetCallerIdentity", &answer);
    let mine = who(w.call_as(&ana, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who(w.call_as(&session, "GetCallerIdentity", &json!({})).await), mine);
    w.clock.advance_seconds(43_200);
    assert_eq!(w.call_as(&session, "GetCallerIdentity", &json!({})).await.code(), "ExpiredToken");
}

#[tokio::test]
async fn roots_session_lasts_an_hour_at_most() {
    let w = iam_world().await;
    for (asked, seconds) in
        [(json!({}), 3600), (json!({ "DurationSeconds": 129_600 }), 3600), (json!({ "DurationSeconds": 900 }), 900)]
    {
        let answer = w.call("GetSessionToken", &asked).await;
        let expiration = &result("GetSessionToken", &answer)["Credentials"]["Expiration"];
        assert_eq!(*expiration, (w.clock.now().seconds() + seconds));
    }
    let session = session(&w, &Keys::root(), json!({})).await;
    let who = result("GetCallerIdentity", &w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who["Arn"], "arn:aws:iam::123456789012:root");
    let role = trusting_role(
        &w,
        "Fan",
        json!([{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }]),
    )
    .await;
    let assume = json!({ "RoleArn": role, "RoleSessionName": "s1" });
    let refused = refusal(&w.call_as(&session, "AssumeRole", &assume).await);
    assert_eq!(refused, "403 AccessDenied: Roles may not be assumed by root accounts.");
}

#[tokio::test]
async fn durations_outside_of_the_range_are_refused() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    for (seconds, bound) in [(899, "greater than or equal to 900"), (129_601, "less than or equal to 129600")] {
        let refused = refusal(&w.call_as(&ana, "GetSessionToken", &json!({ "DurationSeconds": seconds })).await);
        assert!(refused.ends_with(&format!("Member must have value {bound}")), "{refused}");
    }
}

#[tokio::test]
async fn sessions_make_no_further_ones() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let session = session(&w, &ana, json!({})).await;
    for operation in ["GetSessionToken", "GetFederationToken"] {
        let refused = refusal(&w.call_as(&session, operation, &json!({ "Name": "guest" })).await);
        assert_eq!(refused, format!("403 AccessDenied: Cannot call {operation} with session credentials"));
    }
}

#[tokio::test]
async fn iam_knows_the_session_only_with_a_second_factor() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    allow_user(&w, "ana", "iam:*", "*").await;
    let plain = session(&w, &ana, json!({})).await;
    assert_eq!(
        refusal(&w.call_as(&plain, "GetUser", &json!({})).await),
        "403 InvalidClientTokenId: The security token included in the request is invalid"
    );
    let serial = device(&w, "ana").await;
    let safe = session(&w, &ana, json!({ "SerialNumber": serial, "TokenCode": code(&w) })).await;
    let answer = w.call_as(&safe, "GetUser", &json!({})).await;
    assert_eq!(result("GetUser", &answer)["User"]["UserName"], "ana");
}

#[tokio::test]
async fn of_sts_only_two_calls_are_open() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    allow_user(&w, "ana", "sts:*", "*").await;
    let session = session(&w, &ana, json!({})).await;
    let refused =
        refusal(&w.call_as(&session, "GetAccessKeyInfo", &json!({ "AccessKeyId": "AKIARZPUZDIKAAAAAAAA" })).await);
    assert_eq!(
        refused,
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:GetAccessKeyInfo"
    );
    let trust = json!([{ "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "sts:AssumeRole" }]);
    let role = trusting_role(&w, "Fan", trust).await;
    w.call_as(&session, "AssumeRole", &json!({ "RoleArn": role, "RoleSessionName": "s1" })).await.ok();
    // It is a session already, so the chain ends after an hour.
    let long = json!({ "RoleArn": role, "RoleSessionName": "s1", "DurationSeconds": 3601 });
    assert!(refusal(&w.call_as(&session, "AssumeRole", &long).await).contains("role chaining"));
}

#[tokio::test]
async fn the_session_ends_with_its_user_and_outlives_a_change_of_name() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let session = session(&w, &ana, json!({})).await;
    w.call("UpdateUser", &json!({ "UserName": "ana", "NewUserName": "anna", "NewPath": "/team/" })).await.ok();
    let who = result("GetCallerIdentity", &w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who["Arn"], "arn:aws:iam::123456789012:user/team/anna");
    let key = json!({ "UserName": "anna", "AccessKeyId": ana.access_key_id });
    w.call("DeleteAccessKey", &key).await.ok();
    w.call_as(&session, "GetCallerIdentity", &json!({})).await.ok();
    w.call("DeleteUser", &json!({ "UserName": "anna" })).await.ok();
    assert_eq!(w.call_as(&session, "GetCallerIdentity", &json!({})).await.code(), "InvalidClientTokenId");
}
