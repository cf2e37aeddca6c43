//! GetWebIdentityToken: a JWT about the caller, for services outside that trust the account's issuer.

use crate::outbound::{self, TokenKeys};
use crate::session_tags::RequestedTags;
use contract::Fault;
use domain::new_id::uuid;
use domain::session::SessionPrincipal;
use model::sts::{GetWebIdentityTokenRequest, GetWebIdentityTokenResponse, error};
use serde_json::{Map, Value, json};
use service::{Caller, Cx};
use std::collections::BTreeMap;

/// How long a token lasts unless asked otherwise, in seconds (spec/sts-and-iam.md B2).
pub(crate) const DEFAULT_SECONDS: i64 = 300;

/// The longest payload, in bytes. AWS does not say how long it is; this is far below what fifty tags could fill.
const PAYLOAD_MOST: usize = 4096;

/// Signs a token (spec/sts-and-iam.md B10; the claims as in the IAM user guide, "Understanding token claims").
///
/// # Errors
/// `OutboundWebIdentityFederationDisabledException`, `SessionDurationEscalationException`,
/// `JWTPayloadSizeExceededException`; `InvalidParameterValue`: a tag stands twice.
pub async fn run(cx: &Cx, input: GetWebIdentityTokenRequest) -> Result<GetWebIdentityTokenResponse, Fault> {
    let Some(issuer) = outbound::issuer(cx).await? else {
        return Err(error::outbound_web_identity_federation_disabled(
            "Outbound web identity federation is not enabled for this account.",
        ));
    };
    let expires_at = cx.now().plus_seconds(input.duration_seconds.unwrap_or(DEFAULT_SECONDS));
    if let Caller::Session(session) = &cx.caller
        && expires_at > session.expires_at
    {
        return Err(error::session_duration_escalation(
            "The requested token duration would extend the session beyond its original expiration time.",
        ));
    }
    let requested = RequestedTags::read(input.tags, None)?;
    let principal_tags = cx.node.gate.principal_tags(&cx.caller).await?;
    let audience = match input.audience.as_slice() {
        [only] => json!(only),
        several => json!(several),
    };
    let mut about = Map::new();
    about.insert("aws_account".to_owned(), json!(cx.account()));
    about.insert("source_region".to_owned(), json!(cx.region()));
    insert_tags(&mut about, "principal_tags", &principal_tags);
    insert_tags(&mut about, "request_tags", &requested.tags);
    let claims = json!({
        "iss": issuer,
        "aud": audience,
        "sub": subject(&cx.caller),
        "iat": cx.now().seconds(),
        "exp": expires_at.seconds(),
        "jti": uuid(cx.random()),
        "https://sts.amazonaws.com/": about,
    });
    if claims.to_string().len() > PAYLOAD_MOST {
        return Err(error::jwt_payload_size_exceeded(
            "The requested token payload size exceeds the maximum allowed size.",
        ));
    }
    let Value::Object(claims) = claims else { return Err(Fault::internal("claims are an object")) };
    let token = TokenKeys::demand(cx).await?.sign(&input.signing_algorithm, &claims)?;
    Ok(GetWebIdentityTokenResponse { web_identity_token: Some(token), expiration: Some(expires_at.millis()) })
}

/// The ARN of the user or role, not of its session.
fn subject(caller: &Caller) -> String {
    match caller {
        Caller::Session(session) => match &session.principal {
            SessionPrincipal::AssumedRole { role_arn, .. } => role_arn.clone(),
            _ => session.caller_arn(),
        },
        _ => caller.arn(),
    }
}

fn insert_tags(about: &mut Map<String, Value>, name: &str, tags: &BTreeMap<String, String>) {
    if !tags.is_empty() {
        about.insert(name.to_owned(), json!(tags));
    }
}
