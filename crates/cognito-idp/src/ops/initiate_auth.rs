//! InitiateAuth: begins a sign-in from the user's device. Unsigned: the client id says which pool.

use crate::sign_in::{self, Door, Outcome, Place};
use contract::Fault;
use model::cognito_idp::{InitiateAuthRequest, InitiateAuthResponse};
use service::Cx;

/// Runs the operation.
///
/// # Errors
/// There is no such client, or what [`sign_in::begin`] refuses.
pub async fn run(cx: &Cx, input: InitiateAuthRequest) -> Result<InitiateAuthResponse, Fault> {
    let at = Place::of_client(cx, &input.client_id, Door::Public).await?;
    let parameters = input.auth_parameters.unwrap_or_default();
    Ok(match sign_in::begin(cx, &at, &input.auth_flow, &parameters).await? {
        Outcome::Challenge { name, session, parameters } => InitiateAuthResponse {
            challenge_name: Some(name.to_owned()),
            session: Some(session),
            challenge_parameters: Some(parameters),
            ..InitiateAuthResponse::default()
        },
        Outcome::Tokens(tokens) => InitiateAuthResponse {
            challenge_parameters: Some([].into()),
            authentication_result: Some(tokens),
            ..InitiateAuthResponse::default()
        },
    })
}
