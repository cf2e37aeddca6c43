//! Signing in: begun with a flow, continued by answering challenges, ended with tokens (spec/user-pools-auth.md 1–3).

mod new_password;
mod password;
mod refresh;
mod secret_hash;
mod tokens;
mod unknown_names;

use crate::client::{self, Client, Flow};
use crate::fault;
use crate::pool::{self, Pool};
use contract::Fault;
use domain::ClientId;
use model::cognito_idp::{AuthenticationResultType, challenge_name_type, error};
use service::Cx;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Begins a sign-in: what `InitiateAuth` and `AdminInitiateAuth` do once they know pool and client.
///
/// # Errors
/// The faults of those operations.
pub async fn begin(cx: &Cx, at: &Place, flow: &str, parameters: &Texts) -> Result<Outcome, Fault> {
    match flow {
        "ADMIN_NO_SRP_AUTH" | "ADMIN_USER_PASSWORD_AUTH" if at.door == Door::Public => {
            Err(error::invalid_parameter("Initiate Auth method not supported"))
        }
        "ADMIN_NO_SRP_AUTH" | "ADMIN_USER_PASSWORD_AUTH" => {
            password::begin(cx, at, Flow::AdminPassword, "Auth flow not enabled for this client", parameters).await
        }
        "USER_PASSWORD_AUTH" => {
            let disabled = "USER_PASSWORD_AUTH flow not enabled for this client";
            password::begin(cx, at, Flow::UserPassword, disabled, parameters).await
        }
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => refresh::begin(cx, at, parameters).await,
        "USER_SRP_AUTH" => not_built(at, Flow::Srp, flow),
        "CUSTOM_AUTH" => not_built(at, Flow::Custom, flow),
        _ => not_built(at, Flow::Choice, flow),
    }
}

/// Answers a challenge: what `RespondToAuthChallenge` and `AdminRespondToAuthChallenge` do once they know pool and
/// client.
///
/// # Errors
/// The faults of those operations.
pub async fn respond(
    cx: &Cx,
    at: &Place,
    challenge: &str,
    session: Option<&str>,
    responses: &Texts,
) -> Result<Outcome, Fault> {
    match challenge {
        challenge_name_type::NEW_PASSWORD_REQUIRED => new_password::respond(cx, at, session, responses).await,
        other => Err(fault::not_yet(&format!("the {other} challenge"))),
    }
}

/// Where a sign-in happens.
#[derive(Clone, Debug)]
pub struct Place {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The app client.
    pub client: Arc<Client>,
    /// Through which operations.
    pub door: Door,
}

impl Place {
    /// Where an unsigned request signs in: the client says which pool.
    ///
    /// # Errors
    /// There is no such client.
    pub async fn of_client(cx: &Cx, client: &str, door: Door) -> Result<Self, Fault> {
        let id = ClientId::from(client);
        let client = client::find(&cx.node, &id).await?.ok_or_else(|| fault::no_such_client(&id))?;
        // The pool is deleted together with its clients.
        let pool = pool::find(&cx.node, &client.pool_id).await?.ok_or_else(|| fault::no_such_client(&id))?;
        Ok(Self { pool, client, door })
    }

    /// Where a signed request signs in.
    ///
    /// # Errors
    /// There is no such pool, or it has no such client.
    pub async fn of_pool(cx: &Cx, pool: &str, client: &str, door: Door) -> Result<Self, Fault> {
        let pool = pool::of_caller(cx, pool).await?;
        let client = client::of_pool(&cx.node, &pool, client).await?;
        Ok(Self { pool, client, door })
    }
}

/// The two families of sign-in operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Signed, by the application's server.
    Admin,
    /// Unsigned, by the user's device.
    Public,
}

/// Authentication parameters and challenge responses.
pub type Texts = BTreeMap<String, String>;

/// How a step of a sign-in ends, if it does not fail.
#[derive(Clone)]
pub enum Outcome {
    /// There is more to prove.
    Challenge {
        /// Such as `NEW_PASSWORD_REQUIRED`.
        name: &'static str,
        /// Where the sign-in stands, sealed.
        session: String,
        /// What the challenge is about.
        parameters: Texts,
    },
    /// Signed in.
    Tokens(AuthenticationResultType),
}

/// A flow that AWS has and this server does not, unless the client does not allow it anyway.
fn not_built(at: &Place, flow: Flow, name: &str) -> Result<Outcome, Fault> {
    if !at.client.allows(flow) {
        return Err(error::invalid_parameter(format!("{name} is not enabled for the client.")));
    }
    Err(error::unsupported_operation(format!("Sekisho does not have the {name} flow yet.")))
}

/// A parameter that must be there.
fn required<'a>(texts: &'a Texts, name: &str) -> Result<&'a str, Fault> {
    optional(texts, name).ok_or_else(|| fault::missing_parameter(name))
}

/// A parameter that may be absent, which is the same as empty.
fn optional<'a>(texts: &'a Texts, name: &str) -> Option<&'a str> {
    texts.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Challenge { name, .. } => write!(f, "Challenge({name})"),
            Self::Tokens(_) => f.write_str("Tokens(..)"),
        }
    }
}
