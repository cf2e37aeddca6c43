//! The tokens at the end of a sign-in (spec/user-pools-auth.md 11).

use super::Place;
use crate::{signing, user};
use contract::Fault;
use domain::refresh_token::{self, RefreshRecord};
use domain::user_token::{
    API_SCOPE, AccessTokenOptions, IdTokenOptions, TokenGroup, TokenSignIn, TokenTimes, TokenUser, access_token_claims,
    group_roles, id_token_claims, preferred_role,
};
use domain::{Timestamp, new_id};
use model::cognito_idp::AuthenticationResultType;
use service::Cx;
use store::table::groups::Group;
use store::table::users::User;

/// Tokens for a user who has just signed in: access, ID and refresh.
///
/// # Errors
/// An internal fault: the pool has no keys, or a token cannot be sealed.
pub(super) async fn sign_in(
    cx: &Cx,
    at: &Place,
    user: &User,
    groups: &[Group],
) -> Result<AuthenticationResultType, Fault> {
    let record = RefreshRecord {
        user_pool_id: at.pool.id.clone(),
        client_id: at.client.id.clone(),
        sub: user.sub.clone(),
        username: user.name.clone(),
        jti: new_id::uuid(cx.random()),
        origin_jti: new_id::uuid(cx.random()),
        event_id: new_id::uuid(cx.random()),
        auth_time: cx.now(),
        issued_at: cx.now(),
        expires_at: cx.now().plus_seconds(at.client.refresh_token_seconds()),
        scopes: vec![API_SCOPE.to_owned()],
        hosted: false,
        device_key: None,
        audience: None,
    };
    let refresh_token = refresh_token::issue(&cx.node.vault.ring(), cx.random(), &record).map_err(Fault::internal)?;
    let mut result = refresh(cx, at, user, groups, &record).await?;
    result.refresh_token = Some(refresh_token);
    Ok(result)
}

/// Access and ID token of a sign-in that goes on: its ids and times stay, the user's attributes and groups are today's.
///
/// # Errors
/// An internal fault: the pool has no keys.
pub(super) async fn refresh(
    cx: &Cx,
    at: &Place,
    user: &User,
    groups: &[Group],
    record: &RefreshRecord,
) -> Result<AuthenticationResultType, Fault> {
    let keys = signing::find(&cx.node, &at.pool.id).await?;
    let keys = keys.ok_or_else(|| Fault::internal("the pool has no signing keys"))?;
    let token_user = TokenUser {
        sub: user.sub.clone(),
        username: user.name.clone(),
        attributes: user::attributes(user)?,
        groups: groups.iter().map(token_group).collect(),
    };
    explain(cx, &token_user);
    let sign_in = TokenSignIn {
        issuer: cx.node.issuer_of(&at.pool.id),
        client_id: at.client.id.clone(),
        auth_time: record.auth_time,
        event_id: record.event_id.clone(),
        origin_jti: at.client.revokes_tokens().then(|| record.origin_jti.clone()),
    };
    let access_seconds = at.client.access_token_seconds();
    let access_options = AccessTokenOptions {
        scopes: record.scopes.clone(),
        version_2: record.hosted,
        device_key: record.device_key.clone(),
        audience: record.audience.clone(),
    };
    let id_options = IdTokenOptions { read_attributes: at.client.readable(), ..IdTokenOptions::default() };
    let times = |seconds| times(cx, seconds);
    let access = access_token_claims(&token_user, &sign_in, &times(access_seconds), &access_options);
    let id = id_token_claims(&token_user, &sign_in, &times(at.client.id_token_seconds()), &id_options);
    Ok(AuthenticationResultType {
        access_token: Some(keys.access.sign(&access).map_err(Fault::internal)?),
        id_token: Some(keys.id.sign(&id).map_err(Fault::internal)?),
        expires_in: Some(access_seconds),
        token_type: Some("Bearer".to_owned()),
        refresh_token: None,
        new_device_metadata: None,
    })
}

/// As many groups as a user may be in, and then some (spec/user-pools-api.md 10).
pub(super) const MOST_GROUPS: i64 = 1000;

fn token_group(group: &Group) -> TokenGroup {
    TokenGroup {
        name: group.name.clone(),
        role_arn: group.role_arn.clone(),
        precedence: group.precedence.and_then(|precedence| u32::try_from(precedence).ok()),
    }
}

fn times(cx: &Cx, seconds: i64) -> TokenTimes {
    let issued_at: Timestamp = cx.now();
    TokenTimes { issued_at, expires_at: issued_at.plus_seconds(seconds), jti: new_id::uuid(cx.random()) }
}

fn explain(cx: &Cx, user: &TokenUser) {
    let names: Vec<_> = user.groups.iter().map(|group| group.name.as_str()).collect();
    let roles = group_roles(&user.groups);
    let mut decision = cx.decision();
    match (names.is_empty(), roles.is_empty()) {
        (true, _) => decision.note("sign-in", "the user is in no group"),
        (false, true) => decision.note("sign-in", format!("groups {}, none with a role", names.join(", "))),
        (false, false) => decision.note("sign-in", format!("groups {}; roles {}", names.join(", "), roles.join(", "))),
    }
    if let Some(role) = preferred_role(&user.groups) {
        decision.note("sign-in", format!("preferred role {role}: its group has the lowest precedence"));
    } else if !roles.is_empty() {
        decision.note("sign-in", "no preferred role: groups of the same precedence have different roles");
    }
    decision.passed("sign-in", "tokens were issued");
}
