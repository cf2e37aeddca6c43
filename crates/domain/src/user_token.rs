//! The claims of user-pool ID and access tokens (spec/user-pools-auth.md 11).

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

use crate::jwt::Claims;
use crate::{ClientId, Timestamp, UserSub};

/// Who the tokens are about.
#[derive(Clone, Debug)]
pub struct TokenUser {
    /// The immutable id.
    pub sub: UserSub,
    /// The real username.
    pub username: String,
    /// Attribute values as stored: text, whatever the schema says.
    pub attributes: BTreeMap<String, String>,
    /// The groups the user is in.
    pub groups: Vec<TokenGroup>,
}

/// A group, as far as tokens show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenGroup {
    /// The name.
    pub name: String,
    /// The role its members may take.
    pub role_arn: Option<String>,
    /// The lower, the more it counts; a group without one counts least.
    pub precedence: Option<u32>,
}

/// What a sign-in fixes for its tokens, and keeps when they are refreshed.
#[derive(Clone, Debug)]
pub struct TokenSignIn {
    /// The pool's issuer.
    pub issuer: String,
    /// The app client.
    pub client_id: ClientId,
    /// When the user signed in.
    pub auth_time: Timestamp,
    /// The sign-in's id.
    pub event_id: String,
    /// The id all tokens of this sign-in share; `None` when the client has token revocation off.
    pub origin_jti: Option<String>,
}

/// One token's own times and id.
#[derive(Clone, Debug)]
pub struct TokenTimes {
    /// Now.
    pub issued_at: Timestamp,
    /// The first second at which it is refused.
    pub expires_at: Timestamp,
    /// The token's id.
    pub jti: String,
}

/// What only some ID tokens have.
#[derive(Clone, Debug, Default)]
pub struct IdTokenOptions {
    /// The attributes the client may read; `None`: all. `sub` always is.
    pub read_attributes: Option<BTreeSet<String>>,
    /// The `nonce` sent to authorize.
    pub nonce: Option<String>,
    /// [`at_hash`] of the access token, in the hosted flows.
    pub at_hash: Option<String>,
}

/// What only some access tokens have.
#[derive(Clone, Debug, Default)]
pub struct AccessTokenOptions {
    /// Granted scopes; [`API_SCOPE`] alone for API sign-ins.
    pub scopes: Vec<String>,
    /// Whether the token came from the hosted flows or a V2 trigger: it then says `version` 2.
    pub version_2: bool,
    /// The tracked device.
    pub device_key: Option<String>,
    /// The resource of a resource indicator.
    pub audience: Option<String>,
}

/// The scope that opens the self-service operations.
pub const API_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The claims of an ID token (11.2).
pub fn id_token_claims(
    user: &TokenUser,
    sign_in: &TokenSignIn,
    times: &TokenTimes,
    options: &IdTokenOptions,
) -> Claims {
    let mut claims = Claims::new();
    for (name, value) in &user.attributes {
        // `identities` is the pool's own record, and no read list can name it.
        let readable =
            name == "identities" || options.read_attributes.as_ref().is_none_or(|names| names.contains(name));
        // `dev:` attributes are the operator's own and in no token.
        if readable && !name.starts_with("dev:") && !name.starts_with("cognito:") {
            claims.insert(name.clone(), attribute_claim(name, value));
        }
    }
    put(&mut claims, "sub", json!(user.sub));
    put(&mut claims, "aud", json!(sign_in.client_id));
    put(&mut claims, "token_use", json!("id"));
    put(&mut claims, "cognito:username", json!(user.username));
    put(&mut claims, "jti", json!(times.jti));
    put_common(&mut claims, user, sign_in, times);
    let roles = group_roles(&user.groups);
    if !roles.is_empty() {
        put(&mut claims, "cognito:roles", json!(roles));
    }
    if let Some(role) = preferred_role(&user.groups) {
        put(&mut claims, "cognito:preferred_role", json!(role));
    }
    put_some(&mut claims, "nonce", options.nonce.as_ref());
    put_some(&mut claims, "at_hash", options.at_hash.as_ref());
    if sign_in.origin_jti.is_none() {
        // Only the access token keeps its jti then (10.2).
        claims.remove("jti");
    }
    claims
}

/// The claims of a user's access token (11.3).
pub fn access_token_claims(
    user: &TokenUser,
    sign_in: &TokenSignIn,
    times: &TokenTimes,
    options: &AccessTokenOptions,
) -> Claims {
    let mut claims = Claims::new();
    put(&mut claims, "sub", json!(user.sub));
    put(&mut claims, "client_id", json!(sign_in.client_id));
    put(&mut claims, "token_use", json!("access"));
    put(&mut claims, "username", json!(user.username));
    put(&mut claims, "scope", json!(options.scopes.join(" ")));
    put(&mut claims, "jti", json!(times.jti));
    put_common(&mut claims, user, sign_in, times);
    if options.version_2 {
        put(&mut claims, "version", json!(2));
    }
    put_some(&mut claims, "device_key", options.device_key.as_ref());
    put_some(&mut claims, "aud", options.audience.as_ref());
    claims
}

/// The claims of a client-credentials access token: exactly these (11.3).
pub fn client_token_claims(issuer: &str, client_id: &ClientId, scopes: &[String], times: &TokenTimes) -> Claims {
    let mut claims = Claims::new();
    put(&mut claims, "sub", json!(client_id));
    put(&mut claims, "client_id", json!(client_id));
    put(&mut claims, "token_use", json!("access"));
    put(&mut claims, "scope", json!(scopes.join(" ")));
    put(&mut claims, "auth_time", json!(times.issued_at.seconds()));
    put(&mut claims, "iss", json!(issuer));
    put(&mut claims, "iat", json!(times.issued_at.seconds()));
    put(&mut claims, "exp", json!(times.expires_at.seconds()));
    put(&mut claims, "version", json!(2));
    put(&mut claims, "jti", json!(times.jti));
    claims
}

/// `at_hash`: base64url of the left half of the access token's SHA-256 (OpenID Connect Core 3.1.3.6).
pub fn at_hash(access_token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..16).unwrap_or_default())
}

/// The roles of these groups, each once, the group that counts most first.
pub fn group_roles(groups: &[TokenGroup]) -> Vec<&str> {
    let mut with_role: Vec<_> =
        groups.iter().filter_map(|group| Some((rank(group), group.role_arn.as_deref()?))).collect();
    with_role.sort_by_key(|(rank, _)| *rank);
    let mut roles = Vec::new();
    for (_, role) in with_role {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

/// The role of the group that counts most; none if groups of equal precedence disagree.
///
/// Groups without a role have no say.
pub fn preferred_role(groups: &[TokenGroup]) -> Option<&str> {
    let with_role = || groups.iter().filter_map(|group| Some((rank(group), group.role_arn.as_deref()?)));
    let best = with_role().map(|(rank, _)| rank).min()?;
    let mut roles = with_role().filter(|(rank, _)| *rank == best).map(|(_, role)| role);
    let first = roles.next()?;
    roles.all(|role| role == first).then_some(first)
}

/// An attribute's value as the ID token shows it (11.2, 11.4): text, with a few exceptions among the standard ones.
pub fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => Value::Bool(value.eq_ignore_ascii_case("true")),
        "updated_at" => value.parse::<i64>().map_or_else(|_| Value::from(value), Value::from),
        "address" => json!({ "formatted": value }),
        "identities" => identities_claim(value).unwrap_or_else(|| Value::from(value)),
        _ => Value::from(value),
    }
}

/// The stored JSON array with its members turned to text, as ID tokens have them; `issuer` may stay null.
fn identities_claim(stored: &str) -> Option<Value> {
    let mut identities: Vec<Claims> = serde_json::from_str(stored).ok()?;
    for value in identities.iter_mut().flat_map(|identity| identity.values_mut()) {
        if value.is_boolean() || value.is_number() {
            *value = Value::from(value.to_string());
        }
    }
    Some(json!(identities))
}

fn put_common(claims: &mut Claims, user: &TokenUser, sign_in: &TokenSignIn, times: &TokenTimes) {
    put(claims, "iss", json!(sign_in.issuer));
    put(claims, "auth_time", json!(sign_in.auth_time.seconds()));
    put(claims, "iat", json!(times.issued_at.seconds()));
    put(claims, "exp", json!(times.expires_at.seconds()));
    put(claims, "event_id", json!(sign_in.event_id));
    put_some(claims, "origin_jti", sign_in.origin_jti.as_ref());
    if !user.groups.is_empty() {
        let mut groups: Vec<_> = user.groups.iter().collect();
        groups.sort_by_key(|group| rank(group));
        put(claims, "cognito:groups", json!(groups.iter().map(|group| &group.name).collect::<Vec<_>>()));
    }
}

fn rank(group: &TokenGroup) -> u64 {
    group.precedence.map_or(u64::MAX, u64::from)
}

fn put(claims: &mut Claims, name: &str, value: Value) {
    claims.insert(name.to_owned(), value);
}

fn put_some(claims: &mut Claims, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        put(claims, name, json!(value));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn group(name: &str, role: Option<&str>, precedence: Option<u32>) -> TokenGroup {
        TokenGroup { name: name.into(), role_arn: role.map(str::to_owned), precedence }
    }

    fn user() -> TokenUser {
        let identities = r#"[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1701125599632}]"#;
        let attributes = [
            ("email", "ana@example.com"),
            ("email_verified", "true"),
            ("phone_number_verified", "false"),
            ("updated_at", "1700000000"),
            ("address", "Street 1"),
            ("custom:age", "42"),
            ("dev:note", "hidden"),
            ("identities", identities),
            ("sub", "never this one"),
        ];
        TokenUser {
            sub: UserSub::from("34c84488-e0e1-70ae-1111-222233334444"),
            username: "ana".into(),
            attributes: attributes.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            groups: vec![group("fans", Some("arn:fan"), None), group("staff", Some("arn:staff"), Some(1))],
        }
    }

    fn sign_in() -> TokenSignIn {
        TokenSignIn {
            issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123".into(),
            client_id: ClientId::from("1example23456789abcdefghij"),
            auth_time: Timestamp::from_millis(1_700_000_000_999),
            event_id: "event".into(),
            origin_jti: Some("origin".into()),
        }
    }

    fn times() -> TokenTimes {
        let issued_at = Timestamp::from_seconds(1_700_000_100);
        TokenTimes { issued_at, expires_at: issued_at.plus_seconds(3600), jti: "jti".into() }
    }

    #[test]
    fn an_id_token_has_these_claims() {
        let claims = id_token_claims(&user(), &sign_in(), &times(), &IdTokenOptions::default());
        assert_eq!(
            Value::Object(claims),
            json!({
                "sub": "34c84488-e0e1-70ae-1111-222233334444",
                "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
                "aud": "1example23456789abcdefghij",
                "token_use": "id",
                "auth_time": 1_700_000_000,
                "iat": 1_700_000_100,
                "exp": 1_700_003_700,
                "event_id": "event",
                "jti": "jti",
                "origin_jti": "origin",
                "cognito:username": "ana",
                "cognito:groups": ["staff", "fans"],
                "cognito:roles": ["arn:staff", "arn:fan"],
                "cognito:preferred_role": "arn:staff",
                "email": "ana@example.com",
                "email_verified": true,
                "phone_number_verified": false,
                "updated_at": 1_700_000_000,
                "address": { "formatted": "Street 1" },
                "custom:age": "42",
                "identities": [{
                    "userId": "1", "providerName": "Google", "providerType": "Google", "issuer": null,
                    "primary": "true", "dateCreated": "1701125599632",
                }],
            })
        );
    }

    #[test]
    fn an_api_access_token_has_these_claims() {
        let options = AccessTokenOptions { scopes: vec![API_SCOPE.into()], ..AccessTokenOptions::default() };
        assert_eq!(
            Value::Object(access_token_claims(&user(), &sign_in(), &times(), &options)),
            json!({
                "sub": "34c84488-e0e1-70ae-1111-222233334444",
                "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
                "client_id": "1example23456789abcdefghij",
                "token_use": "access",
                "scope": "aws.cognito.signin.user.admin",
                "auth_time": 1_700_000_000,
                "iat": 1_700_000_100,
                "exp": 1_700_003_700,
                "event_id": "event",
                "jti": "jti",
                "origin_jti": "origin",
                "username": "ana",
                "cognito:groups": ["staff", "fans"],
            })
        );
    }

    #[test]
    fn the_read_list_filters_attributes() {
        let options = IdTokenOptions {
            read_attributes: Some(BTreeSet::from(["email".to_owned()])),
            nonce: Some("n".into()),
            at_hash: Some("h".into()),
        };
        let sign_in = TokenSignIn { origin_jti: None, ..sign_in() };
        let user = TokenUser { groups: Vec::new(), ..user() };
        let claims = id_token_claims(&user, &sign_in, &times(), &options);
        let names: Vec<_> = claims.keys().map(String::as_str).collect();
        let expected = [
            "at_hash",
            "aud",
            "auth_time",
            "cognito:username",
            "email",
            "event_id",
            "exp",
            "iat",
            "identities",
            "iss",
            "nonce",
            "sub",
            "token_use",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_preferred_role_is_that_of_the_lowest_precedence() {
        let cases = [
            (vec![], None),
            (vec![group("a", Some("x"), None)], Some("x")),
            (vec![group("a", Some("x"), Some(2)), group("b", Some("y"), Some(1))], Some("y")),
            (vec![group("a", Some("x"), Some(1)), group("b", Some("y"), Some(1))], None),
            (vec![group("a", Some("x"), Some(1)), group("b", Some("x"), Some(1))], Some("x")),
            (vec![group("a", Some("x"), None), group("b", Some("y"), Some(9))], Some("y")),
            (vec![group("a", None, Some(0)), group("b", Some("y"), Some(9))], Some("y")),
            (vec![group("a", Some("x"), None), group("b", Some("y"), None)], None),
        ];
        for (groups, expected) in cases {
            assert_eq!(preferred_role(&groups), expected, "{groups:?}");
        }
    }

    #[test]
    fn at_hash_is_half_a_digest() {
        // The example of OpenID Connect Core, appendix A.3.
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn a_client_token_names_no_user() {
        let claims = client_token_claims("https://issuer", &ClientId::from("c"), &["a/read".into()], &times());
        let names: Vec<_> = claims.keys().map(String::as_str).collect();
        let expected = ["auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "token_use", "version"];
        assert_eq!(names, expected);
    }
}
