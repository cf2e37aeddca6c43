//! Identities and the logins that belong to them, read and written. Which identity a set of logins is, the rule in
//! `domain::identity_linking` says.

use crate::login::Logins;
use crate::pool::{self, Pool};
use crate::{developer, fault, linking_reasons, login_own_token};
use contract::Fault;
use domain::identity_linking::{self as linking, LinkPlan, LinkRefusal, LoginKey, PresentedLogin, link};
use domain::login_token::VerifiedLogin;
use domain::{IdentityId, Timestamp, new_id};
use model::cognito_identity::IdentityDescription;
use service::{Cx, revocation};
use std::collections::BTreeSet;
use store::Tx;
use store::table::identities::{self, Identity, IdentityState, Summary};
use store::table::identity_logins::{self, IdentityLogin};

/// The identity that a request names.
#[derive(Clone, Debug)]
pub struct Found {
    /// The one that was named.
    pub named: Identity,
    /// The one that took its place, if it was merged; otherwise the same.
    live: Identity,
    /// The logins of the live one.
    linked: Vec<IdentityLogin>,
}

/// The identity of this id, with the one it was merged into.
///
/// # Errors
/// An internal fault.
pub async fn find(tx: &mut Tx, id: &IdentityId) -> Result<Option<Found>, Fault> {
    let Some((named, mut linked)) = identities::find_with_logins(tx, id).await? else { return Ok(None) };
    let mut live = named.clone();
    for _ in 0..MERGES_MOST {
        let Some(into) = &live.merged_into else { break };
        let Some(next) = identities::find_with_logins(tx, into).await? else { break };
        (live, linked) = next;
    }
    Ok(Some(Found { named, live, linked }))
}

/// The same outside of a transaction: only an identity that was merged takes more than one question.
///
/// # Errors
/// An internal fault.
pub async fn look_up(cx: &Cx, id: &IdentityId) -> Result<Option<Found>, Fault> {
    match cx.read_one(async |tx| Ok(identities::find_with_logins(tx, id).await?)).await? {
        None => Ok(None),
        Some((named, linked)) if named.merged_into.is_none() => Ok(Some(Found { live: named.clone(), named, linked })),
        Some(_) => Box::pin(cx.read(async |tx| find(tx, id).await)).await,
    }
}

/// A new guest.
///
/// # Errors
/// `NotAuthorizedException`: guests are off; `ResourceNotFoundException`: the pool was deleted meanwhile.
pub async fn new_guest(cx: &Cx, pool: &Pool) -> Result<IdentityId, Fault> {
    link(None, &[], pool.settings.guests).map_err(|refusal| refused(cx, &refusal))?;
    let id = new_id::identity_id(&pool.region, cx.random());
    cx.write(async |tx| {
        pool::hold(tx, pool).await?;
        add(tx, pool, &id, IdentityState::Guest, cx.now()).await
    })
    .await?;
    cx.decision().passed("identity", format!("{id}: a new guest"));
    Ok(id)
}

/// The identity of a call without logins: a guest's own.
///
/// # Errors
/// `NotAuthorizedException`: guests are off, or the identity is none.
pub fn as_guest(cx: &Cx, pool: &Pool, found: &Found) -> Result<IdentityId, Fault> {
    let sent = found.sent(pool);
    link(Some(&sent), &[], pool.settings.guests).map_err(|refusal| {
        let reason = linking_reasons::of(&refusal, Some(&sent), &[]);
        refused_because(cx, &refusal, reason)
    })?;
    cx.decision().passed("identity", format!("{}: a guest", sent.id));
    Ok(sent.id)
}

/// The identity of these logins: the one they belong to, or a new one. Logins of different identities merge them.
///
/// # Errors
/// `NotAuthorizedException`: a user is inactive; `ResourceConflictException`; `ResourceNotFoundException`: the pool was
/// deleted meanwhile.
pub async fn of_logins(cx: &Cx, pool: &Pool, logins: &Logins) -> Result<IdentityId, Fault> {
    let known = if logins.must_ask() || logins.verified.len() != 1 {
        let read = cx.read(async |tx| {
            logins.check_users(cx, tx).await?;
            only_owner(tx, pool, &logins.verified).await
        });
        Box::pin(read).await?
    } else {
        cx.read_one(async |tx| only_owner(tx, pool, &logins.verified).await).await?
    };
    match known {
        Some(id) => {
            cx.decision().passed("identity", format!("{id}: every login belongs to it"));
            Ok(id)
        }
        None => bring_together(cx, pool, logins, None).await,
    }
}

/// The identity that `found` stands for once these logins are shown with it: itself, upgraded, linked, or merged.
///
/// # Errors
/// `NotAuthorizedException`: the identity is disabled, a user is inactive, or no login is the identity's own;
/// `ResourceConflictException`; `DeveloperUserAlreadyRegisteredException`.
pub async fn settle(cx: &Cx, pool: &Pool, found: &Found, logins: &Logins) -> Result<IdentityId, Fault> {
    if logins.must_ask() {
        cx.read(async |tx| logins.check_users(cx, tx).await).await?;
    }
    if login_own_token::is_among(&logins.verified) {
        let id = login_own_token::settle(pool, found, &logins.verified).map_err(|refusal| {
            refused_because(cx, &refusal, Some(login_own_token::why_not(pool, found, &logins.verified)))
        })?;
        login_own_token::demand_current(cx, &logins.verified).await?;
        cx.decision().passed("identity", format!("{id}: the token is its own"));
        return Ok(id);
    }
    let is_linked = |login: &VerifiedLogin| found.owns(&login.provider, &login.subject);
    if found.live.state == IdentityState::Authenticated && logins.verified.iter().all(is_linked) {
        cx.decision().passed("identity", format!("{}: every login belongs to it", found.live.id));
        return Ok(found.live.id.clone());
    }
    bring_together(cx, pool, logins, Some(&found.named.id)).await
}

/// Unlinks the logins that the identity has with these providers, if one of the logins shown is its own.
///
/// # Errors
/// `NotAuthorizedException`: none is, or a user is inactive; `ResourceNotFoundException`.
pub async fn unlink(
    cx: &Cx,
    pool: &Pool,
    named: &IdentityId,
    shown: &Logins,
    providers: &[String],
) -> Result<(), Fault> {
    if shown.must_ask() {
        cx.read(async |tx| shown.check_users(cx, tx).await).await?;
    }
    let unlinked = cx
        .write(async |tx| {
            let found = find(tx, named).await?.ok_or_else(|| fault::no_such_identity(named))?;
            if !shown.verified.iter().any(|login| found.owns(&login.provider, &login.subject)) {
                return Ok(None);
            }
            let mut unlinked = Vec::new();
            for login in found.linked.into_iter().filter(|login| providers.contains(&login.provider)) {
                identity_logins::delete(tx, &pool.id, &login.provider, &login.subject).await?;
                unlinked.push(login);
            }
            if !unlinked.is_empty() {
                was_unlinked(tx, pool, &found.live.id, cx.now()).await?;
            }
            Ok(Some((found.live.id, unlinked)))
        })
        .await?;
    let (id, unlinked) = unlinked.ok_or_else(|| {
        let reason = "no login that was shown is linked to the identity".to_owned();
        refused_because(cx, &LinkRefusal::LoginsDoNotMatch, Some(reason))
    })?;
    for login in unlinked {
        cx.decision().passed("identity", format!("{id}: `{}` of `{}` is unlinked", login.subject, login.provider));
    }
    Ok(())
}

/// Merges the identities of two of the developer's users into the destination's.
///
/// # Errors
/// `ResourceNotFoundException`: a user has no identity, or the pool was deleted meanwhile; `ResourceConflictException`.
pub async fn merge_users(
    cx: &Cx,
    pool: &Pool,
    provider: &str,
    source: &str,
    destination: &str,
) -> Result<IdentityId, Fault> {
    let decided = cx
        .write(async |tx| {
            pool::hold(tx, pool).await?;
            let source = developer::link_of(tx, pool, provider, source).await?;
            let destination = developer::link_of(tx, pool, provider, destination).await?;
            let source = owner_of(tx, pool, &source).await?;
            let destination = owner_of(tx, pool, &destination).await?;
            if let Some(off) = [&source, &destination].into_iter().find(|owner| is_switched_off(owner)) {
                return Ok(Err(LinkRefusal::Forbidden { identity_id: off.id.clone() }));
            }
            Ok(match linking::merge(&source, &destination) {
                Ok(plan) => Ok((apply(tx, pool, &plan, &destination.id, cx.now()).await?, plan)),
                Err(refusal) => Err(refusal),
            })
        })
        .await?;
    let (id, plan) = decided.map_err(|refusal| refused(cx, &refusal))?;
    record(cx, &id, &plan);
    Ok(id)
}

/// Says that logins of an identity were unlinked now. One without any left is out of everybody's reach, for good: what was
/// issued to it ends too.
///
/// # Errors
/// An internal fault.
pub async fn was_unlinked(tx: &mut Tx, pool: &Pool, id: &IdentityId, now: Timestamp) -> Result<(), Fault> {
    let row = identities::find(tx, id).await?;
    let mut row = row.ok_or_else(|| fault::no_such_identity(id))?;
    row.modified_ms = now;
    identities::update(tx, &row).await?;
    if identity_logins::all_of(tx, id).await?.is_empty() {
        end(tx, pool, id, "its last login was unlinked", now).await?;
    }
    Ok(())
}

/// What was issued to an identity that has just ended is refused from now on.
///
/// # Errors
/// An internal fault.
pub async fn end(tx: &mut Tx, pool: &Pool, id: &IdentityId, reason: &str, now: Timestamp) -> Result<(), Fault> {
    revocation::identity_ended(tx, &pool.account, &pool.id, id, reason, now).await
}

/// The identity as DescribeIdentity and ListIdentities show it: names of providers, never who somebody is there.
///
/// # Errors
/// An internal fault.
pub async fn describe(tx: &mut Tx, identity: &Identity) -> Result<IdentityDescription, Fault> {
    let providers = identity_logins::all_of(tx, &identity.id).await?.into_iter().map(|login| login.provider).collect();
    let Identity { id, created_ms, modified_ms, .. } = identity.clone();
    Ok(description(Summary { id, created_ms, modified_ms, providers }))
}

/// The same from what was read.
pub fn description(identity: Summary) -> IdentityDescription {
    let providers: BTreeSet<String> = identity.providers.into_iter().collect();
    IdentityDescription {
        identity_id: Some(identity.id.to_string()),
        logins: (!providers.is_empty()).then(|| providers.into_iter().collect()),
        creation_date: Some(identity.created_ms.millis()),
        last_modified_date: Some(identity.modified_ms.millis()),
    }
}

impl Found {
    /// Whether the login is linked to the identity, or the one that took its place.
    pub fn owns(&self, provider: &str, subject: &str) -> bool {
        self.linked.iter().any(|linked| linked.provider == provider && linked.subject == subject)
    }

    /// The identity, or the one that took its place.
    pub fn live_id(&self) -> &IdentityId {
        &self.live.id
    }

    /// As the rule sees the identity that was named.
    fn sent(&self, pool: &Pool) -> linking::Identity {
        let linked = if self.named.id == self.live.id { self.linked.as_slice() } else { &[] };
        let mut sent = to_rule(pool, &self.named, linked);
        if let linking::IdentityState::Disabled { parent } = &mut sent.state {
            parent.clone_from(&self.live.id);
        }
        sent
    }
}

/// The identity that owns all of these logins, if one does.
async fn only_owner(tx: &mut Tx, pool: &Pool, logins: &[VerifiedLogin]) -> Result<Option<IdentityId>, Fault> {
    let mut owner: Option<IdentityId> = None;
    for login in logins {
        let Some(found) = identity_logins::find(tx, &pool.id, &login.provider, &login.subject).await? else {
            return Ok(None);
        };
        if owner.as_ref().is_some_and(|owner| *owner != found.identity_id) {
            return Ok(None);
        }
        owner = Some(found.identity_id);
    }
    Ok(owner)
}

/// Decides and writes in one transaction: of a hundred simultaneous calls of one new user, one makes the identity and
/// the others find it.
async fn bring_together(
    cx: &Cx,
    pool: &Pool,
    logins: &Logins,
    named: Option<&IdentityId>,
) -> Result<IdentityId, Fault> {
    let fresh = new_id::identity_id(&pool.region, cx.random());
    let decided = cx
        .write(async |tx| {
            pool::hold(tx, pool).await?;
            let sent = match named {
                Some(id) => Some(find(tx, id).await?.ok_or_else(|| fault::no_such_identity(id))?.sent(pool)),
                None => None,
            };
            let owners = owners(tx, pool, &logins.verified).await?;
            let presented: Vec<PresentedLogin<'_>> = logins
                .verified
                .iter()
                .zip(&owners)
                .map(|(login, owner)| PresentedLogin {
                    key: key(pool, &login.provider, &login.subject),
                    owner: owner.as_ref(),
                })
                .collect();
            let plan = match owners.iter().flatten().find(|owner| is_switched_off(owner)) {
                Some(owner) => Err(LinkRefusal::Forbidden { identity_id: owner.id.clone() }),
                None => link(sent.as_ref(), &presented, pool.settings.guests),
            };
            match plan {
                Ok(plan) => Ok(Ok((apply(tx, pool, &plan, &fresh, cx.now()).await?, plan))),
                Err(refusal) => {
                    let reason = linking_reasons::of(&refusal, sent.as_ref(), &presented);
                    Ok(Err((refusal, reason)))
                }
            }
        })
        .await?;
    let (id, plan) = decided.map_err(|(refusal, reason)| refused_because(cx, &refusal, reason))?;
    record(cx, &id, &plan);
    Ok(id)
}

/// The owner of each login, in the order of the logins.
async fn owners(tx: &mut Tx, pool: &Pool, logins: &[VerifiedLogin]) -> Result<Vec<Option<linking::Identity>>, Fault> {
    let mut owners = Vec::with_capacity(logins.len());
    for login in logins {
        let linked = identity_logins::find(tx, &pool.id, &login.provider, &login.subject).await?;
        owners.push(match linked {
            None => None,
            Some(linked) => Some(owner_of(tx, pool, &linked).await?),
        });
    }
    Ok(owners)
}

async fn owner_of(tx: &mut Tx, pool: &Pool, linked: &IdentityLogin) -> Result<linking::Identity, Fault> {
    let row = identities::find(tx, &linked.identity_id).await?;
    let row = row.ok_or_else(|| Fault::internal("a login belongs to an identity that is not there"))?;
    Ok(to_rule(pool, &row, &identity_logins::all_of(tx, &row.id).await?))
}

/// One that was merged has no logins left; so this one was disabled some other way.
fn is_switched_off(owner: &linking::Identity) -> bool {
    matches!(owner.state, linking::IdentityState::Disabled { .. })
}

async fn apply(
    tx: &mut Tx,
    pool: &Pool,
    plan: &LinkPlan,
    fresh: &IdentityId,
    now: Timestamp,
) -> Result<IdentityId, Fault> {
    let id = plan.identity.as_ref().unwrap_or(fresh);
    let state = if plan.authenticated { IdentityState::Authenticated } else { IdentityState::Guest };
    match &plan.identity {
        None => add(tx, pool, id, state, now).await?,
        // Nothing to write: somebody else has just written it.
        Some(id) if plan.bind.is_empty() && plan.merge.is_empty() => return Ok(id.clone()),
        Some(id) => change(tx, id, state, None, now).await?,
    }
    for merged in &plan.merge {
        identity_logins::relink(tx, merged, id).await?;
        change(tx, merged, IdentityState::Disabled, Some(id), now).await?;
        end(tx, pool, merged, &format!("it was merged into {id}"), now).await?;
    }
    for login in &plan.bind {
        let row = IdentityLogin {
            pool_id: pool.id.clone(),
            provider: login.provider.clone(),
            subject: login.subject.clone(),
            identity_id: id.clone(),
            linked_ms: now,
        };
        // INVARIANT: the same transaction has just not found it; one that links it meanwhile makes this one run again.
        if !identity_logins::insert(tx, &row).await? {
            return Err(Fault::internal("a login was linked between two statements of one transaction"));
        }
    }
    Ok(id.clone())
}

async fn add(tx: &mut Tx, pool: &Pool, id: &IdentityId, state: IdentityState, now: Timestamp) -> Result<(), Fault> {
    let row = Identity {
        id: id.clone(),
        pool_id: pool.id.clone(),
        state,
        merged_into: None,
        created_ms: now,
        modified_ms: now,
    };
    let added = identities::insert(tx, &row).await?;
    if added { Ok(()) } else { Err(Fault::internal(format!("the new identity id {id} is taken"))) }
}

async fn change(
    tx: &mut Tx,
    id: &IdentityId,
    state: IdentityState,
    merged_into: Option<&IdentityId>,
    now: Timestamp,
) -> Result<(), Fault> {
    let row = identities::find(tx, id).await?;
    let mut row = row.ok_or_else(|| Fault::internal(format!("the identity {id} is not there")))?;
    row.state = state;
    row.merged_into = merged_into.cloned();
    row.modified_ms = now;
    identities::update(tx, &row).await?;
    Ok(())
}

fn to_rule(pool: &Pool, row: &Identity, logins: &[IdentityLogin]) -> linking::Identity {
    let state = match row.state {
        IdentityState::Guest => linking::IdentityState::Unauthenticated,
        IdentityState::Authenticated => linking::IdentityState::Authenticated,
        // One that was switched off without a successor leads nowhere but to itself.
        IdentityState::Disabled => {
            linking::IdentityState::Disabled { parent: row.merged_into.clone().unwrap_or_else(|| row.id.clone()) }
        }
    };
    linking::Identity {
        id: row.id.clone(),
        created_at: row.created_ms,
        state,
        logins: logins.iter().map(|login| key(pool, &login.provider, &login.subject)).collect(),
    }
}

fn key(pool: &Pool, provider: &str, subject: &str) -> LoginKey {
    let developer = pool.settings.developer_provider.as_deref() == Some(provider);
    LoginKey { provider: provider.to_owned(), subject: subject.to_owned(), developer }
}

/// Records a refusal, and says it in the service's words.
pub fn refused(cx: &Cx, refusal: &LinkRefusal) -> Fault {
    refused_because(cx, refusal, None)
}

/// The same, with what the words do not say.
fn refused_because(cx: &Cx, refusal: &LinkRefusal, reason: Option<String>) -> Fault {
    let message = refusal.message();
    cx.decision().failed("identity", reason.map_or_else(|| message.clone(), |reason| format!("{message} ({reason})")));
    Fault::new(refusal.code(), 400, refusal.message())
}

fn record(cx: &Cx, id: &IdentityId, plan: &LinkPlan) {
    let mut decision = cx.decision();
    if plan.identity.is_none() {
        decision.passed("identity", format!("{id}: a new identity"));
    }
    for merged in &plan.merge {
        decision.passed("identity", format!("{merged} is merged into {id}"));
    }
    for login in &plan.bind {
        decision.passed("identity", format!("{id}: `{}` is linked as `{}`", login.provider, login.subject));
    }
    if plan.bind.is_empty() && plan.merge.is_empty() {
        decision.passed("identity", format!("{id}: every login belongs to it"));
    }
}

/// Merges that are followed; each takes a login to make, and an identity has at most twenty.
const MERGES_MOST: usize = 32;
