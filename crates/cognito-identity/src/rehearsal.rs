//! What GetId and GetCredentialsForIdentity would answer to these logins, and why: the same functions, in a context that keeps
//! nothing, up to the session that is not sealed.

use crate::pool::Pool;
use crate::{credentials, fault, identity, login, pool, visit};
use contract::Fault;
use domain::login_token::VerifiedLogin;
use domain::session::SessionRecord;
use domain::{IdentityId, IdentityPoolId};
use serde::Serialize;
use service::{Asked, Caller, Context, Cx};
use std::collections::BTreeMap;
use std::sync::Arc;
use sts::issue::role_record;

/// What is asked.
#[derive(Debug)]
pub struct Question {
    /// The pool.
    pub pool: IdentityPoolId,
    /// The identity that the client would name; without one, the client would ask GetId first.
    pub identity: Option<IdentityId>,
    /// Tokens by provider name. Secret.
    pub logins: BTreeMap<String, String>,
    /// `CustomRoleArn`.
    pub custom_role_arn: Option<String>,
    /// What the client would do with the credentials.
    pub permission: Option<Permission>,
}

/// A permission that is asked about.
#[derive(Clone, Debug)]
pub struct Permission {
    /// `s3:GetObject`.
    pub action: String,
    /// An ARN; none where the action has no resource.
    pub resource: Option<String>,
}

/// What would be answered, as far as the walk came. The steps are in the context's decision record.
#[derive(Debug, Default, Serialize)]
pub struct Foreseen {
    /// The identity. One that would be made has another id each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<String>,
    /// The session that would be issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Whether that session may do what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<Verdict>,
    /// The refusal that the client would see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// A session that would be issued.
#[derive(Debug, Serialize)]
pub struct Session {
    /// The role, with its path.
    pub role_arn: String,
    /// What GetCallerIdentity would answer.
    pub arn: String,
    /// How long it would last.
    pub duration_seconds: i64,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
    /// Whether session policies narrow the role.
    pub is_narrowed: bool,
}

/// Whether something is allowed.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// `service:Name`.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// The verdict.
    pub is_allowed: bool,
    /// The sentence that the client would see, where it is not allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

/// A refusal on the wire.
#[derive(Debug, Serialize)]
pub struct Refusal {
    /// The error's type.
    pub code: String,
    /// Its sentence.
    pub message: String,
}

/// Walks as far as the call would come. `cx` must be rehearsing, and its caller is nobody: these operations are unsigned.
///
/// # Errors
/// Something broke on our side. What the client would be refused is in the answer.
pub async fn foresee(cx: &Cx, question: &Question) -> Result<Foreseen, Fault> {
    let mut foreseen = Foreseen::default();
    match walk(cx, question, &mut foreseen).await {
        Ok(()) => Ok(foreseen),
        Err(fault) if fault.is_server_fault() => Err(fault),
        Err(fault) => {
            let Fault { code, message, .. } = fault;
            foreseen.refusal = Some(Refusal { code: code.into_owned(), message: message.unwrap_or_default() });
            Ok(foreseen)
        }
    }
}

async fn walk(cx: &Cx, question: &Question, foreseen: &mut Foreseen) -> Result<(), Fault> {
    let pool = find_pool(cx, &question.pool).await?;
    let (identity_id, logins) = settle(cx, &pool, question).await?;
    foreseen.identity_id = Some(identity_id.to_string());
    let custom_role_arn = question.custom_role_arn.as_deref();
    let granted = credentials::decide(cx, &pool, &identity_id, &logins, custom_role_arn).await?;
    let role_arn = granted.role.arn();
    let record = role_record(cx, &granted.role, granted.request)?;
    foreseen.session = Some(session(role_arn, &record));
    cx.decision().passed("session", format!("{} would be issued", record.caller_arn()));
    if let Some(permission) = &question.permission {
        foreseen.permission = Some(judge(cx, permission, record).await?);
    }
    Ok(())
}

async fn find_pool(cx: &Cx, id: &IdentityPoolId) -> Result<Arc<Pool>, Fault> {
    let Some(pool) = pool::find(&cx.node, id).await?.filter(|pool| pool.account == cx.node.account) else {
        cx.decision().failed("pool", format!("there is no identity pool {id}"));
        return Err(fault::no_such_pool(id));
    };
    let guests = if pool.settings.guests { "takes guests" } else { "takes no guests" };
    cx.decision().passed("pool", format!("{id} `{}` {guests}", pool.name));
    Ok(pool)
}

/// As GetCredentialsForIdentity with an identity, or as GetId without one.
async fn settle(cx: &Cx, pool: &Pool, question: &Question) -> Result<(IdentityId, Vec<VerifiedLogin>), Fault> {
    let outcome = match &question.identity {
        Some(id) => settle_named(cx, pool, id, &question.logins).await,
        None if question.logins.is_empty() => identity::new_guest(cx, pool).await.map(|id| (id, Vec::new())),
        None => settle_logins(cx, pool, &question.logins).await,
    };
    if outcome.is_err() {
        look_at_the_others(cx, pool, question).await?;
    }
    outcome
}

async fn settle_named(
    cx: &Cx,
    pool: &Pool,
    id: &IdentityId,
    logins: &BTreeMap<String, String>,
) -> Result<(IdentityId, Vec<VerifiedLogin>), Fault> {
    let visit = visit::begin(cx, id.clone()).await?;
    if visit.pool.id != pool.id {
        cx.decision().failed("identity", format!("{id} is of another pool: {}", visit.pool.id));
        return Err(fault::no_such_identity(id));
    }
    visit.settle(cx, Some(logins.clone())).await
}

async fn settle_logins(
    cx: &Cx,
    pool: &Pool,
    logins: &BTreeMap<String, String>,
) -> Result<(IdentityId, Vec<VerifiedLogin>), Fault> {
    let logins = login::verify(cx, pool, logins, false).await?;
    let id = identity::of_logins(cx, pool, &logins).await?;
    Ok((id, logins.verified))
}

/// The first login that fails ends the call. Whoever asks wants to know about those behind it too.
async fn look_at_the_others(cx: &Cx, pool: &Pool, question: &Question) -> Result<(), Fault> {
    let nonce = || cx.random();
    let examine = async |logins: &BTreeMap<String, String>| {
        let takes_own_token = question.identity.is_some();
        login::examine(&login::Question { node: &cx.node, pool, logins, takes_own_token, now: cx.now(), nonce: &nonce })
            .await
    };
    let all = examine(&question.logins).await?;
    if all.refusal.is_none() {
        return Ok(());
    }
    for (provider, token) in question.logins.iter().skip(all.logins.verified.len() + 1) {
        let alone = BTreeMap::from([(provider.clone(), token.clone())]);
        examine(&alone).await?.record(&mut cx.decision());
    }
    Ok(())
}

fn session(role_arn: String, record: &SessionRecord) -> Session {
    Session {
        role_arn,
        arn: record.caller_arn(),
        duration_seconds: record.expires_at.seconds() - record.issued_at.seconds(),
        tags: record.tags.clone(),
        is_narrowed: !record.inline_policies.is_empty() || !record.managed_policy_arns.is_empty(),
    }
}

async fn judge(cx: &Cx, permission: &Permission, record: SessionRecord) -> Result<Verdict, Fault> {
    let caller = Caller::Session(Arc::new(record));
    let resource = permission.resource.as_deref();
    let asked = Asked { action: &permission.action, resource, extra: Context::new() };
    // The record is not held across an await.
    let mut reasons = std::mem::take(&mut *cx.decision());
    let verdict = cx.node.gate.permit(&caller, asked, cx.request.view(), &mut reasons).await;
    *cx.decision() = reasons;
    let sentence = verdict?.err();
    Ok(Verdict {
        action: permission.action.clone(),
        resource: resource.unwrap_or("*").to_owned(),
        is_allowed: sentence.is_none(),
        sentence,
    })
}
