//! AdminRespondToAuthChallenge: answers a challenge from the application's server.

use crate::sign_in::{self, Door, Outcome, Place};
use contract::Fault;
use model::cognito_idp::{AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse};
use service::Cx;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or client, or what [`sign_in::respond`] refuses.
pub async fn run(
    cx: &Cx,
    input: AdminRespondToAuthChallengeRequest,
) -> Result<AdminRespondToAuthChallengeResponse, Fault> {
    let at = Place::of_pool(cx, &input.user_pool_id, &input.client_id, Door::Admin).await?;
    let responses = input.challenge_responses.unwrap_or_default();
    let outcome = sign_in::respond(cx, &at, &input.challenge_name, input.session.as_deref(), &responses).await?;
    Ok(match outcome {
        Outcome::Challenge { name, session, parameters } => AdminRespondToAuthChallengeResponse {
            challenge_name: Some(name.to_owned()),
            session: Some(session),
            challenge_parameters: Some(parameters),
            ..AdminRespondToAuthChallengeResponse::default()
        },
        Outcome::Tokens(tokens) => AdminRespondToAuthChallengeResponse {
            challenge_parameters: Some([].into()),
            authentication_result: Some(tokens),
            ..AdminRespondToAuthChallengeResponse::default()
        },
    })
}
