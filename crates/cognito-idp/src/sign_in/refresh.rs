//! `REFRESH_TOKEN_AUTH`, also called `REFRESH_TOKEN`: new tokens for an old sign-in (spec/user-pools-auth.md 10).

use super::{Outcome, Place, Texts, optional, required, secret_hash, tokens};
use crate::client::Flow;
use contract::Fault;
use domain::refresh_token::{self, RefreshRecord, RefreshTokenError};
use model::cognito_idp::error;
use service::Cx;
use store::table::groups::Group;
use store::table::users::{self, User};
use store::table::{group_members, revoked_tokens};

/// Exchanges a refresh token for access and ID tokens. There is no new refresh token: this one stays good.
///
/// # Errors
/// The flow is off, the token is not good any more, the secret hash is wrong, or the user may not sign in.
pub(super) async fn begin(cx: &Cx, at: &Place, parameters: &Texts) -> Result<Outcome, Fault> {
    let token = required(parameters, "REFRESH_TOKEN")?;
    let given_hash = optional(parameters, "SECRET_HASH");
    // Whether there is a hash at all can be told before the token says whose it must be.
    if at.client.secret.is_some() != given_hash.is_some() {
        secret_hash::check(&at.client, &[], given_hash)?;
    }
    if !at.client.allows(Flow::Refresh) {
        return Err(error::invalid_parameter("Auth flow not enabled for this client"));
    }
    let record = open(cx, at, token)?;
    let wrong = format!("SecretHash does not match for the client: {}", at.client.id);
    secret_hash::check_or(&at.client, &[&record.username, record.sub.as_str()], given_hash, wrong)?;
    let Some((user, groups, revoked)) = find(cx, at, &record).await? else {
        cx.decision().failed("sign-in", "the user of the refresh token is gone");
        return Err(error::not_authorized(RefreshTokenError::Invalid.message()));
    };
    cx.decision().note("sign-in", format!("a refresh token of {} ({})", user.name, user.sub));
    if !user.enabled {
        cx.decision().failed("sign-in", "the user is disabled");
        return Err(error::not_authorized("User is disabled."));
    }
    if revoked || user.tokens_valid_after_ms.is_some_and(|after| record.issued_at <= after) {
        cx.decision().failed("sign-in", "the refresh token was revoked");
        return Err(error::not_authorized("Refresh Token has been revoked"));
    }
    // A token of a tracked device is good only with that device's key (spec/user-pools-auth.md 6).
    if record.device_key.is_some() && record.device_key.as_deref() != optional(parameters, "DEVICE_KEY") {
        return Err(error::not_authorized(RefreshTokenError::Invalid.message()));
    }
    tokens::refresh(cx, at, &user, &groups, &record).await.map(Outcome::Tokens)
}

fn open(cx: &Cx, at: &Place, token: &str) -> Result<RefreshRecord, Fault> {
    let record = refresh_token::open(&cx.node.vault.ring(), &at.client.id, token, cx.now());
    let record =
        record.and_then(
            |record| {
                if record.user_pool_id == at.pool.id { Ok(record) } else { Err(RefreshTokenError::Invalid) }
            },
        );
    record.map_err(|refused| {
        cx.decision().failed("sign-in", refused.to_string());
        error::not_authorized(refused.message())
    })
}

/// The user and all groups, and whether the sign-in was revoked, in one snapshot.
async fn find(cx: &Cx, at: &Place, record: &RefreshRecord) -> Result<Option<(User, Vec<Group>, bool)>, Fault> {
    cx.read(async |tx| {
        let Some(user) = users::find(tx, &at.pool.id, &record.sub).await? else { return Ok(None) };
        let groups = group_members::groups_of(tx, &at.pool.id, &user.sub, "", tokens::MOST_GROUPS).await?;
        let revoked = revoked_tokens::contains(tx, &at.pool.id, &record.origin_jti).await?;
        Ok(Some((user, groups, revoked)))
    })
    .await
}
