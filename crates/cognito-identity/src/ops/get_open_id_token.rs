//! GetOpenIdToken: the classic flow's token, which STS takes for a role of the caller's choice. Unsigned.

use crate::pool::Pool;
use crate::{login_own_token, tags, token, visit};
use contract::Fault;
use domain::IdentityId;
use domain::identity_token::OPEN_ID_TOKEN_SECONDS;
use model::cognito_identity::{GetOpenIdTokenInput, GetOpenIdTokenResponse, error};
use service::Cx;
use std::collections::BTreeMap;

/// Verifies logins, settles the identity as GetCredentialsForIdentity does, and signs a token of ten minutes
/// (spec/identity-pools.md 8 and 10).
///
/// The `IdentityId` of the answer, which is the token's subject, may be another than the one sent.
///
/// # Errors
/// `ResourceNotFoundException`, `NotAuthorizedException`, `ResourceConflictException`; `InvalidParameterException`, also
/// where the pool does not have the classic flow.
pub async fn run(cx: &Cx, input: GetOpenIdTokenInput) -> Result<GetOpenIdTokenResponse, Fault> {
    let visit = visit::begin(cx, IdentityId::from(input.identity_id)).await?;
    let pool = &visit.pool;
    demand_classic_flow(cx, pool)?;
    refuse_saml(cx, pool, input.logins.as_ref())?;
    let (identity_id, logins) = visit.settle(cx, input.logins).await?;
    let tags = tags::of(cx, pool, &logins);
    let ten_minutes = cx.now().plus_seconds(OPEN_ID_TOKEN_SECONDS);
    let expires_at = login_own_token::expires_at(&logins).map_or(ten_minutes, |end| end.min(ten_minutes));
    let signed = token::signed(cx, pool, &identity_id, &logins, tags, expires_at).await?;
    Ok(GetOpenIdTokenResponse { identity_id: Some(identity_id.to_string()), token: Some(signed) })
}

/// The classic flow gives roles that no mapping chose, so a pool with mappings has none of it; one that never said whether it
/// wants it does (spec/identity-pools.md 5).
fn demand_classic_flow(cx: &Cx, pool: &Pool) -> Result<(), Fault> {
    let refused = |lack: &str, sentence: &str| {
        cx.decision().failed("flow", format!("{}: {lack}", pool.id));
        Err(error::invalid_parameter(sentence))
    };
    if pool.settings.classic_flow == Some(false) {
        return refused("AllowClassicFlow is false", "Basic (classic) flow is not enabled, please use enhanced flow.");
    }
    if !pool.mappings.is_empty() {
        return refused(
            "the pool has role mappings",
            "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
        );
    }
    let said = if pool.settings.classic_flow.is_some() {
        "AllowClassicFlow is true"
    } else {
        "AllowClassicFlow was never set"
    };
    cx.decision().passed("flow", format!("{}: {said}", pool.id));
    Ok(())
}

/// SAML is for the enhanced flow alone (spec/identity-pools.md 7). The service's sentence is not known.
fn refuse_saml(cx: &Cx, pool: &Pool, logins: Option<&BTreeMap<String, String>>) -> Result<(), Fault> {
    let mut providers = pool.settings.saml_provider_arns.iter();
    let Some(provider) = providers.find(|arn| logins.is_some_and(|logins| logins.contains_key(*arn))) else {
        return Ok(());
    };
    cx.decision().failed("flow", format!("`{provider}` is a SAML provider"));
    let sentence = "Basic (classic) flow is not supported with SAML providers, please use enhanced flow.";
    Err(error::invalid_parameter(sentence))
}
