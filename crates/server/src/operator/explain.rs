//! `POST /_sekisho/explain/identity`: what identity and credentials these logins would get, and why.
//! `POST /_sekisho/explain/token`: what a token is. Neither writes or issues anything, and no token is logged.

use super::{body, demand, is_plain, json, signer};
use bytes::Bytes;
use cognito_identity::rehearsal::{Foreseen, Permission, Question, foresee};
use cognito_identity::token_facts::{TokenFacts, of_token};
use contract::{Call, Fault, Value, check};
use domain::{IdentityPoolId, Region};
use door::Arrival;
use gate::Step;
use http::Response;
use model::cognito_identity::{GetCredentialsForIdentity, GetId};
use serde::{Deserialize, Serialize};
use service::{Caller, Cx, Decision, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the first is.
pub const IDENTITY: &str = "/_sekisho/explain/identity";
/// Where the second is.
pub const TOKEN: &str = "/_sekisho/explain/token";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AboutIdentity {
    identity_pool_id: String,
    identity_id: Option<String>,
    #[serde(default)]
    logins: BTreeMap<String, String>,
    custom_role_arn: Option<String>,
    action: Option<String>,
    resource: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AboutToken {
    token: String,
    access_key_id: Option<String>,
}

#[derive(Serialize)]
struct Explained<T> {
    #[serde(flatten)]
    found: T,
    steps: Vec<Step>,
}

/// Needs `sekisho:ExplainIdentity` on the identity pool.
///
/// # Errors
/// `AccessDeniedException`; `ValidationException`, as the calls themselves would answer it.
pub async fn identity(node: &Arc<Node>, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    let about: AboutIdentity = body(arrival)?;
    validate(&about)?;
    let (region, id) = (region_of(&about.identity_pool_id), about.identity_pool_id.as_str());
    let arn = format!("arn:aws:cognito-identity:{region}:{}:identitypool/{id}", node.account);
    demand(node, arrival, &caller, "sekisho:ExplainIdentity", Some(&arn)).await?;
    let question = Question {
        pool: IdentityPoolId::from(about.identity_pool_id),
        identity: about.identity_id.map(Into::into),
        logins: about.logins,
        custom_role_arn: about.custom_role_arn,
        permission: about.action.map(|action| Permission { action, resource: about.resource }),
    };
    let cx = nobody(node, arrival, &region).await?.rehearsing();
    let found: Foreseen = foresee(&cx, &question).await?;
    json(&Explained { found, steps: cx.into_decision().steps })
}

/// Needs `sekisho:ExplainToken`.
///
/// # Errors
/// `AccessDeniedException`.
pub async fn token(node: &Arc<Node>, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    let about: AboutToken = body(arrival)?;
    demand(node, arrival, &caller, "sekisho:ExplainToken", None).await?;
    let signed_for = wire::Scope::of(arrival.parts).map(|scope| Region::from(scope.region));
    let cx = nobody(node, arrival, &signed_for.unwrap_or_else(|| node.region.clone())).await?;
    let found: TokenFacts = of_token(&cx, about.token.trim(), about.access_key_id.as_deref()).await?;
    json(&Explained { found, steps: cx.into_decision().steps })
}

/// The context of an unsigned call, such as GetCredentialsForIdentity is, at this moment and from where the operator is.
async fn nobody(node: &Arc<Node>, arrival: &Arrival<'_>, region: &Region) -> Result<Cx, Fault> {
    node.gate.catch_up().await?;
    let (request_id, seed) = arrival.identify();
    let facts = arrival.facts(Some(region.as_str()), &node.region, seed, &request_id);
    Ok(Cx::new(Arc::clone(node), facts, Caller::Anonymous, Decision::default()))
}

/// What the calls would be checked for before anything is decided.
fn validate(about: &AboutIdentity) -> Result<(), Fault> {
    let text = |text: &String| Value::String(text.clone());
    let logins = about.logins.iter().map(|(provider, token)| (provider.clone(), text(token))).collect();
    let mut members = vec![("Logins".to_owned(), Value::Map(logins))];
    members.push(("IdentityPoolId".to_owned(), text(&about.identity_pool_id)));
    let operation = GetId::OPERATION;
    let schema = operation.input.ok_or_else(|| Fault::internal("GetId has no input"))?;
    check(&Value::Map(members.clone()), schema, operation.service.dialect)?;
    if let Some(id) = &about.identity_id {
        members.push(("IdentityId".to_owned(), text(id)));
        members.extend(about.custom_role_arn.iter().map(|arn| ("CustomRoleArn".to_owned(), text(arn))));
        let operation = GetCredentialsForIdentity::OPERATION;
        let schema = operation.input.ok_or_else(|| Fault::internal("GetCredentialsForIdentity has no input"))?;
        check(&Value::Map(members), schema, operation.service.dialect)?;
    }
    let is_action = |action: &String| is_plain(action) && action.split(':').count() == 2;
    if about.action.as_ref().is_some_and(|action| !is_action(action)) {
        return Err(Fault::new("ValidationException", 400, "An action is `service:Name`."));
    }
    if about.resource.is_some() && about.action.is_none() {
        return Err(Fault::new("ValidationException", 400, "A resource belongs to an action."));
    }
    Ok(())
}

/// An identity pool's id begins with its region.
fn region_of(pool: &str) -> Region {
    Region::from(pool.split(':').next().unwrap_or_default())
}
