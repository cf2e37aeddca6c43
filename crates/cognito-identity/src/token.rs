//! The OpenID tokens of identity pools, signed.

use crate::pool::Pool;
use contract::Fault;
use domain::identity_token::IdentityToken;
use domain::login_token::{VerifiedLogin, amr};
use domain::{IdentityId, Timestamp};
use service::Cx;
use std::collections::BTreeMap;
use sts::identity_keys::TokenKey;

/// A token of this identity with these logins; a guest's without any (spec/identity-pools.md 10).
///
/// # Errors
/// An internal fault: there is no key.
pub async fn signed(
    cx: &Cx,
    pool: &Pool,
    identity_id: &IdentityId,
    logins: &[VerifiedLogin],
    principal_tags: BTreeMap<String, String>,
    expires_at: Timestamp,
) -> Result<String, Fault> {
    let token = IdentityToken {
        identity_pool_id: pool.id.clone(),
        identity_id: identity_id.clone(),
        amr: amr(logins),
        identity_pool_arn: (!logins.is_empty()).then(|| pool.arn()),
        principal_tags,
        issued_at: cx.node.gate.token_time(identity_id, cx.now()),
        expires_at,
    };
    let key = TokenKey::demand(cx, &pool.region).await?;
    let signed = key.sign(&token.claims()).map_err(Fault::internal)?;
    let (kid, amr) = (key.kid(), token.amr.join(", "));
    cx.decision().passed("token", format!("{identity_id} of {}: [{amr}], signed with key {kid}", pool.id));
    Ok(signed)
}
