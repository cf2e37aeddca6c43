//! `GET /_sekisho/keys` lists the keys that sign identity pools' tokens; `POST /_sekisho/keys/rotate` gives them successors.

use super::{body, demand, json, signer};
use bytes::Bytes;
use contract::Fault;
use domain::Timestamp;
use domain::token_keys::Standing;
use door::Arrival;
use http::Response;
use serde::{Deserialize, Serialize};
use service::{Cx, Decision, Node};
use std::sync::Arc;
use sts::identity_keys::rotation::{self, KeyState, Takeover};

/// Where they are listed.
pub const PATH: &str = "/_sekisho/keys";

/// Where they are rotated.
pub const ROTATE: &str = "/_sekisho/keys/rotate";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// After a leak: the new key signs at once, and what the others signed is refused.
    #[serde(default)]
    now: bool,
}

#[derive(Serialize)]
struct Listed {
    keys: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    region: String,
    key_id: String,
    /// `published`, `signs`, `verifies` or `over`.
    state: &'static str,
    created_at: String,
    age_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    signs_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verifies_until: Option<String>,
}

/// Gives the keys of every region successors, and answers what there is then. Needs `sekisho:RotateKeys`.
///
/// # Errors
/// `AccessDeniedException`.
pub async fn rotate(node: &Arc<Node>, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    demand(node, arrival, &caller, "sekisho:RotateKeys", None).await?;
    let wanted: Wanted = body(arrival)?;
    let takeover = if wanted.now { Takeover::AtOnce } else { Takeover::Announced };
    let (request_id, seed) = arrival.identify();
    let by = caller.arn();
    let cx =
        Cx::new(Arc::clone(node), arrival.facts(None, &node.region, seed, &request_id), caller, Decision::default());
    let rotated = rotation::rotate(node, takeover, arrival.now, &|| cx.random()).await?;
    tracing::info!(?takeover, regions = rotated.len(), %by, "keys of identity pools' tokens were rotated");
    listed(node, arrival.now).await
}

/// Lists the keys of every region. Needs `sekisho:ListKeys`.
///
/// # Errors
/// `AccessDeniedException`.
pub async fn list(node: &Node, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    demand(node, arrival, &caller, "sekisho:ListKeys", None).await?;
    listed(node, arrival.now).await
}

async fn listed(node: &Node, now: Timestamp) -> Result<Response<Bytes>, Fault> {
    let keys = rotation::list(node, now).await?;
    json(&Listed { keys: keys.into_iter().map(|key| Entry::at(key, now)).collect() })
}

impl Entry {
    fn at(key: KeyState, now: Timestamp) -> Self {
        let (state, signs_from, verifies_until) = match key.standing {
            Standing::Published { signs_from } => ("published", Some(signs_from.iso8601()), None),
            Standing::Signs => ("signs", None, None),
            Standing::Verifies { until } => ("verifies", None, Some(until.iso8601())),
            Standing::Over => ("over", None, None),
        };
        Self {
            region: key.region.to_string(),
            key_id: key.key_id,
            state,
            created_at: key.created.iso8601(),
            age_seconds: now.seconds().saturating_sub(key.created.seconds()).max(0),
            signs_from,
            verifies_until,
        }
    }
}
