//! RespondToAuthChallenge: answers a challenge from the user's device.

use crate::sign_in::{self, Door, Outcome, Place};
use contract::Fault;
use model::cognito_idp::{RespondToAuthChallengeRequest, RespondToAuthChallengeResponse};
use service::Cx;

/// Runs the operation.
///
/// # Errors
/// There is no such client, or what [`sign_in::respond`] refuses.
pub async fn run(cx: &Cx, input: RespondToAuthChallengeRequest) -> Result<RespondToAuthChallengeResponse, Fault> {
    let at = Place::of_client(cx, &input.client_id, Door::Public).await?;
    let responses = input.challenge_responses.unwrap_or_default();
    let outcome = sign_in::respond(cx, &at, &input.challenge_name, input.session.as_deref(), &responses).await?;
    Ok(match outcome {
        Outcome::Challenge { name, session, parameters } => RespondToAuthChallengeResponse {
            challenge_name: Some(name.to_owned()),
            session: Some(session),
            challenge_parameters: Some(parameters),
            ..RespondToAuthChallengeResponse::default()
        },
        Outcome::Tokens(tokens) => RespondToAuthChallengeResponse {
            challenge_parameters: Some([].into()),
            authentication_result: Some(tokens),
            ..RespondToAuthChallengeResponse::default()
        },
    })
}
