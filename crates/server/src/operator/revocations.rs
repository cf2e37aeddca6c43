//! `POST /_sekisho/revocations` revokes what was issued so far to an identity or a role; `GET` lists what is revoked.

use super::{body, demand, is_plain, json, signer};
use bytes::Bytes;
use contract::Fault;
use domain::{AccountId, IdentityId};
use door::Arrival;
use http::Response;
use serde::{Deserialize, Serialize};
use service::revocation::{self, Subject};
use service::{Caller, Node};
use store::table::session_revocations::{self, SessionRevocation};
use store::table::{identities, identity_pools};

/// Where it is.
pub const PATH: &str = "/_sekisho/revocations";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    identity_id: Option<String>,
    /// A name or an ARN.
    role: Option<String>,
    /// In the operator's words, for the record.
    reason: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    kind: &'static str,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_pool_id: Option<String>,
    reason: String,
    revoked_at: String,
    expires_at: String,
}

#[derive(Serialize)]
struct Listed {
    revocations: Vec<Entry>,
    /// What to ask for next; none: that was all.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Revokes. Needs `sekisho:RevokeSessions` on the role, or on the identity's pool.
///
/// # Errors
/// `AccessDeniedException`; `ResourceNotFoundException`; `ValidationException`; `LimitExceededException`.
pub async fn revoke(node: &Node, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    let wanted: Wanted = body(arrival)?;
    let account = caller.account().unwrap_or(&node.account).clone();
    let found = match (&wanted.identity_id, &wanted.role) {
        (Some(id), None) => identity(node, &account, id).await?,
        (None, Some(role)) => role_of(node, &account, role).await?,
        _ => return Err(invalid("Name an identity or a role, and one of them only.")),
    };
    // Who may not revoke does not learn what there is.
    let resource = found.as_ref().map(|(_, arn)| arn.as_str());
    demand(node, arrival, &caller, "sekisho:RevokeSessions", resource).await?;
    let Some((subject, _)) = found else {
        return Err(Fault::new("ResourceNotFoundException", 404, "There is no such identity or role."));
    };
    let reason = reason(&caller, wanted.reason.as_deref())?;
    let done =
        node.store.write(async |tx| revocation::by_operator(tx, &account, &subject, reason.clone(), arrival.now).await);
    let entry = done.await?;
    tracing::info!(kind = entry.kind.as_str(), subject = %entry.subject, by = %caller.arn(), "sessions were revoked");
    json(&Entry::from(entry))
}

/// Lists the caller's account's entries, a page at a time. Needs `sekisho:ListRevocations`.
///
/// # Errors
/// `AccessDeniedException`.
pub async fn list(node: &Node, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    demand(node, arrival, &caller, "sekisho:ListRevocations", None).await?;
    let account = caller.account().unwrap_or(&node.account);
    let query = arrival.parts.uri.query().unwrap_or_default();
    let after = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after").map(|(_, value)| value);
    let after = after.as_deref().filter(|after| is_plain(after)).unwrap_or_default();
    let (kind, subject) = after.split_once('/').unwrap_or_default();
    let rows = node
        .store
        .read(async |tx| Ok::<_, Fault>(session_revocations::list(tx, account, (kind, subject), PAGE).await?));
    let rows = rows.await?;
    let is_last = i64::try_from(rows.len()).is_ok_and(|found| found < PAGE);
    let last = rows.last().filter(|_| !is_last);
    let next = last.map(|row| format!("{}/{}", row.kind.as_str(), row.subject));
    json(&Listed { revocations: rows.into_iter().map(Entry::from).collect(), next })
}

/// The identity and its pool's ARN, if it is of this account.
async fn identity(node: &Node, account: &AccountId, id: &str) -> Result<Option<(Subject, String)>, Fault> {
    if !is_plain(id) {
        return Ok(None);
    }
    let id = IdentityId::from(id);
    let found = node.store.read(async |tx| {
        let Some(identity) = identities::find(tx, &id).await? else { return Ok::<_, Fault>(None) };
        Ok(identity_pools::find(tx, &identity.pool_id).await?)
    });
    let pool = found.await?.filter(|pool| pool.account_id == *account);
    Ok(pool.map(|pool| {
        let arn = format!("arn:aws:cognito-identity:{}:{account}:identitypool/{}", pool.region, pool.id);
        (Subject::Identity { pool: pool.id, identity: id }, arn)
    }))
}

/// The role of this name or ARN.
async fn role_of(node: &Node, account: &AccountId, given: &str) -> Result<Option<(Subject, String)>, Fault> {
    let is_arn = given.starts_with("arn:");
    let name = if is_arn { given.rsplit('/').next().unwrap_or_default() } else { given };
    if !is_plain(name) {
        return Ok(None);
    }
    let role = node.gate.role(account, name).await?.filter(|role| !is_arn || role.arn() == given);
    Ok(role.map(|role| (Subject::Role(role.id.clone()), role.arn())))
}

fn reason(caller: &Caller, given: Option<&str>) -> Result<String, Fault> {
    let by = format!("by {}", caller.arn());
    match given {
        None => Ok(by),
        Some(given) if given.chars().count() > REASON_MOST || given.contains('\0') => {
            Err(invalid(&format!("A reason has at most {REASON_MOST} characters.")))
        }
        Some(given) => Ok(format!("{by}: {given}")),
    }
}

fn invalid(sentence: &str) -> Fault {
    Fault::new("ValidationException", 400, sentence)
}

impl From<SessionRevocation> for Entry {
    fn from(row: SessionRevocation) -> Self {
        Self {
            kind: row.kind.as_str(),
            subject: row.subject,
            identity_pool_id: row.pool_id.map(|pool| pool.to_string()),
            reason: row.reason,
            revoked_at: row.revoked_ms.iso8601(),
            expires_at: row.expires_ms.iso8601(),
        }
    }
}

/// Entries in one answer.
const PAGE: i64 = 1_000;

/// Characters of a reason.
const REASON_MOST: usize = 256;
