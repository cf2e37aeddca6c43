//! GetFederationToken.

use crate::{allow_user, iam_world, keys, refusal, result, trusting_role, user};
use serde_json::{Value, json};
use testkit::{Keys, World};

const GUEST: &str = "arn:aws:sts::123456789012:federated-user/guest";

fn allowing(actions: &[&str]) -> String {
    json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" } })
        .to_string()
}

async fn federate(w: &World, caller: &Keys, more: Value) -> testkit::Answer {
    let mut input = json!({ "Name": "guest" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.call_as(caller, "GetFederationToken", &input).await
}

/// A user who may hand out federation tokens and list identity pools.
async fn issuer(w: &World) -> Keys {
    let ana = user(w, "ana").await;
    allow_user(w, "ana", "sts:GetFederationToken", GUEST).await;
    allow_user(w, "ana", "cognito-identity:ListIdentityPools", "*").await;
    ana
}

/// Whether the session may list identity pools; what it is told otherwise.
async fn lists_pools(w: &World, session: &Keys) -> Result<(), String> {
    let answer = w.call_as(session, "ListIdentityPools", &json!({ "MaxResults": 1 })).await;
    if answer.status == 200 { Ok(()) } else { Err(answer.message()) }
}

async fn world() -> World {
    World::new(&[sts::operations(), iam::operations(), cognito_identity::operations()]).await
}

#[tokio::test]
async fn the_federated_user_has_a_name_and_half_a_day() {
    let w = world().await;
    let ana = issuer(&w).await;
    let said = result("GetFederationToken", &federate(&w, &ana, json!({})).await);
    assert_eq!(said["FederatedUser"], json!({ "Arn": GUEST, "FederatedUserId": "123456789012:guest" }));
    assert_eq!(said["PackedPolicySize"], 0);
    assert_eq!(said["Credentials"]["Expiration"], (w.clock.now().seconds() + 43_200));
    let session = Keys::of(&said["Credentials"]);
    let who = result("GetCallerIdentity", &w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who, json!({ "Arn": GUEST, "UserId": "123456789012:guest", "Account": "123456789012" }));
}

#[tokio::test]
async fn both_the_user_and_the_passed_policies_must_allow() {
    let w = world().await;
    let ana = issuer(&w).await;
    let session = async |more| keys("GetFederationToken", &federate(&w, &ana, more).await);
    let none = session(json!({})).await;
    let why = "because no session policy allows the cognito-identity:ListIdentityPools action";
    assert!(lists_pools(&w, &none).await.unwrap_err().ends_with(why));
    let both = session(json!({ "Policy": allowing(&["cognito-identity:*"]) })).await;
    lists_pools(&w, &both).await.unwrap();
    let managed = session(json!({ "PolicyArns": [{ "arn": "arn:aws:iam::aws:policy/AmazonCognitoReadOnly" }] })).await;
    lists_pools(&w, &managed).await.unwrap();
    // The user's own policies are read as they are now.
    let policy = json!({ "UserName": "ana", "PolicyName": "cognito-identity-ListIdentityPools" });
    w.call("DeleteUserPolicy", &policy).await.ok();
    let why = "because no identity-based policy allows the cognito-identity:ListIdentityPools action";
    assert!(lists_pools(&w, &both).await.unwrap_err().ends_with(why));
}

#[tokio::test]
async fn roots_federated_users_are_bounded_by_the_passed_policies_alone() {
    let w = world().await;
    let root = Keys::root();
    let said = result(
        "GetFederationToken",
        &federate(&w, &root, json!({ "Policy": allowing(&["cognito-identity:*"]) })).await,
    );
    assert_eq!(said["Credentials"]["Expiration"], (w.clock.now().seconds() + 3600));
    lists_pools(&w, &Keys::of(&said["Credentials"])).await.unwrap();
    let none = keys("GetFederationToken", &federate(&w, &root, json!({})).await);
    assert!(lists_pools(&w, &none).await.is_err());
}

#[tokio::test]
async fn the_permission_is_asked_on_the_federated_users_name() {
    let w = iam_world().await;
    let ana = issuer(&w).await;
    let refused = refusal(&w.call_as(&ana, "GetFederationToken", &json!({ "Name": "other" })).await);
    assert_eq!(
        refused,
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:GetFederationToken \
         on resource: arn:aws:sts::123456789012:federated-user/other because no identity-based policy allows the \
         sts:GetFederationToken action"
    );
}

#[tokio::test]
async fn iam_and_the_rest_of_sts_are_closed() {
    let w = iam_world().await;
    let ana = issuer(&w).await;
    allow_user(&w, "ana", "*", "*").await;
    let session = keys("GetFederationToken", &federate(&w, &ana, json!({ "Policy": allowing(&["*"]) })).await);
    assert_eq!(
        refusal(&w.call_as(&session, "ListUsers", &json!({})).await),
        "403 InvalidClientTokenId: The security token included in the request is invalid"
    );
    for operation in ["GetSessionToken", "GetFederationToken"] {
        let refused = refusal(&w.call_as(&session, operation, &json!({ "Name": "guest" })).await);
        assert_eq!(refused, format!("403 AccessDenied: Cannot call {operation} with session credentials"));
    }
    let open = json!([{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }]);
    let role = trusting_role(&w, "Fan", open).await;
    let assume = json!({ "RoleArn": role, "RoleSessionName": "s1" });
    let refused = refusal(&w.call_as(&session, "AssumeRole", &assume).await);
    assert_eq!(refused, format!("403 AccessDenied: User: {GUEST} is not authorized to perform: sts:AssumeRole"));
}

#[tokio::test]
async fn tags_need_the_permission_to_tag_and_reach_the_policies() {
    let w = world().await;
    let ana = issuer(&w).await;
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/Team": "blue" } },
    }});
    let tagged = |team: &str| json!({ "Policy": policy.to_string(), "Tags": [{ "Key": "Team", "Value": team }] });
    let refused = refusal(&federate(&w, &ana, tagged("blue")).await);
    assert!(refused.starts_with(&format!(
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: sts:TagSession on \
         resource: {GUEST}"
    )), "{refused}");
    allow_user(&w, "ana", "sts:TagSession", "*").await;
    for (team, may) in [("blue", true), ("red", false)] {
        let session = keys("GetFederationToken", &federate(&w, &ana, tagged(team)).await);
        assert_eq!(lists_pools(&w, &session).await.is_ok(), may, "{team}");
    }
}

#[tokio::test]
async fn the_session_ends_with_the_user_who_made_it() {
    let w = iam_world().await;
    let ana = issuer(&w).await;
    let session = keys("GetFederationToken", &federate(&w, &ana, json!({})).await);
    for name in ["sts-GetFederationToken", "cognito-identity-ListIdentityPools"] {
        w.call("DeleteUserPolicy", &json!({ "UserName": "ana", "PolicyName": name })).await.ok();
    }
    w.call("DeleteAccessKey", &json!({ "UserName": "ana", "AccessKeyId": ana.access_key_id })).await.ok();
    w.call("DeleteUser", &json!({ "UserName": "ana" })).await.ok();
    assert_eq!(w.call_as(&session, "GetCallerIdentity", &json!({})).await.code(), "InvalidClientTokenId");
}
