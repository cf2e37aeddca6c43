//! GetCredentialsForIdentity: the enhanced flow, from logins to temporary credentials in one call. Unsigned.

use crate::{credentials, visit};
use contract::Fault;
use domain::IdentityId;
use model::cognito_identity::{Credentials, GetCredentialsForIdentityInput, GetCredentialsForIdentityResponse};
use service::Cx;
use sts::issue::role_session;

/// Verifies logins, settles the identity, chooses the role, asks its trust policy, and issues a session of an hour
/// (spec/identity-pools.md 8). With nothing new to link it costs one read and no write.
///
/// The `IdentityId` of the answer may be another than the one sent: the identity may have been merged.
///
/// # Errors
/// `ResourceNotFoundException`, `NotAuthorizedException`, `InvalidParameterException`, `ResourceConflictException`;
/// `InvalidIdentityPoolConfigurationException` when there is no role or it does not let the identity in.
pub async fn run(cx: &Cx, input: GetCredentialsForIdentityInput) -> Result<GetCredentialsForIdentityResponse, Fault> {
    let visit = visit::begin(cx, IdentityId::from(input.identity_id)).await?;
    let (identity_id, logins) = visit.settle(cx, input.logins).await?;
    let custom_role_arn = input.custom_role_arn.as_deref();
    let granted = credentials::decide(cx, &visit.pool, &identity_id, &logins, custom_role_arn).await?;
    let issued = role_session(cx, &granted.role, granted.request)?;
    Ok(GetCredentialsForIdentityResponse {
        identity_id: Some(identity_id.to_string()),
        credentials: Some(Credentials {
            access_key_id: Some(issued.access_key_id.to_string()),
            secret_key: Some(issued.secret_access_key.into()),
            session_token: Some(issued.session_token.into()),
            expiration: Some(issued.expires_at.millis()),
        }),
    })
}
