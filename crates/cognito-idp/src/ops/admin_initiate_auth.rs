//! AdminInitiateAuth: begins a sign-in from the application's server.

use crate::sign_in::{self, Door, Outcome, Place};
use contract::Fault;
use model::cognito_idp::{AdminInitiateAuthRequest, AdminInitiateAuthResponse};
use service::Cx;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or client, or what [`sign_in::begin`] refuses.
pub async fn run(cx: &Cx, input: AdminInitiateAuthRequest) -> Result<AdminInitiateAuthResponse, Fault> {
    let at = Place::of_pool(cx, &input.user_pool_id, &input.client_id, Door::Admin).await?;
    let parameters = input.auth_parameters.unwrap_or_default();
    Ok(match sign_in::begin(cx, &at, &input.auth_flow, &parameters).await? {
        Outcome::Challenge { name, session, parameters } => AdminInitiateAuthResponse {
            challenge_name: Some(name.to_owned()),
            session: Some(session),
            challenge_parameters: Some(parameters),
            ..AdminInitiateAuthResponse::default()
        },
        Outcome::Tokens(tokens) => AdminInitiateAuthResponse {
            challenge_parameters: Some([].into()),
            authentication_result: Some(tokens),
            ..AdminInitiateAuthResponse::default()
        },
    })
}
