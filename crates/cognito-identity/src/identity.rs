//! Identities and the logins that belong to them: found, made, linked, merged (spec/identity-pools.md 6).

use crate::fault;
use crate::login::Logins;
use crate::pool::{self, Pool};
use contract::Fault;
use domain::login_token::VerifiedLogin;
use domain::{IdentityId, Timestamp, new_id};
use model::cognito_identity::IdentityDescription;
use service::Cx;
use std::collections::BTreeSet;
use store::Tx;
use store::table::identities::{self, Identity, IdentityState};
use store::table::identity_logins::{self, IdentityLogin};

/// The identity of a request.
#[derive(Clone, Debug)]
pub struct Found {
    /// The one that was named.
    pub named: Identity,
    /// The one that took its place, if it was merged; otherwise the same.
    pub live: Identity,
    /// The logins of the live one.
    pub linked: Vec<IdentityLogin>,
}

/// The identity of this id, with the one it was merged into.
///
/// # Errors
/// An internal fault.
pub async fn find(tx: &mut Tx, id: &IdentityId) -> Result<Option<Found>, Fault> {
    let Some(named) = identities::find(tx, id).await? else { return Ok(None) };
    let mut live = named.clone();
    for _ in 0..MERGES_MOST {
        let Some(into) = &live.merged_into else { break };
        let Some(next) = identities::find(tx, into).await? else { break };
        live = next;
    }
    // A guest has none: one query less on the way to its credentials.
    let linked =
        if live.state == IdentityState::Guest { Vec::new() } else { identity_logins::all_of(tx, &live.id).await? };
    Ok(Some(Found { named, live, linked }))
}

/// A new guest.
///
/// # Errors
/// `ResourceNotFoundException`: the pool was deleted meanwhile.
pub async fn new_guest(cx: &Cx, pool: &Pool) -> Result<IdentityId, Fault> {
    let id = new_id::identity_id(&pool.region, cx.random());
    cx.write(async |tx| {
        pool::hold(tx, pool).await?;
        add(tx, pool, &id, IdentityState::Guest, cx.now()).await
    })
    .await?;
    cx.decision().passed("identity", format!("{id}: a new guest"));
    Ok(id)
}

/// The identity of these logins: the one they belong to, or a new one. Logins of different identities merge them.
///
/// # Errors
/// `NotAuthorizedException`: a user is inactive; `ResourceConflictException`; `ResourceNotFoundException`: the pool was
/// deleted meanwhile.
pub async fn of_logins(cx: &Cx, pool: &Pool, logins: &Logins) -> Result<IdentityId, Fault> {
    let known = cx
        .read(async |tx| {
            logins.check_users(cx, tx).await?;
            only_owner(tx, pool, &logins.verified).await
        })
        .await?;
    if let Some(id) = known {
        cx.decision().passed("identity", format!("{id}: every login belongs to it"));
        return Ok(id);
    }
    let fresh = new_id::identity_id(&pool.region, cx.random());
    let united = cx
        .write(async |tx| {
            pool::hold(tx, pool).await?;
            unite(tx, pool, &logins.verified, None, &fresh, cx.now()).await
        })
        .await?;
    united.record(cx);
    Ok(united.id)
}

/// The identity that `found` stands for once these logins are shown with it: itself, upgraded, linked, or merged.
///
/// # Errors
/// `NotAuthorizedException`: the identity is disabled, a user is inactive, or no login is the identity's own;
/// `ResourceConflictException`.
pub async fn settle(cx: &Cx, pool: &Pool, found: &Found, logins: &Logins) -> Result<IdentityId, Fault> {
    if logins.must_ask() {
        cx.read(async |tx| logins.check_users(cx, tx).await).await?;
    }
    let refused = |fault: &Fault| cx.decision().failed("identity", fault.to_string());
    if admits(found, &logins.verified).inspect_err(refused)? {
        cx.decision().passed("identity", format!("{}: every login belongs to it", found.live.id));
        return Ok(found.live.id.clone());
    }
    let fresh = new_id::identity_id(&pool.region, cx.random());
    let united = cx
        .write(async |tx| {
            pool::hold(tx, pool).await?;
            let now_found = find(tx, &found.named.id).await?.ok_or_else(|| fault::no_such_identity(&found.named.id))?;
            admits(&now_found, &logins.verified)?;
            unite(tx, pool, &logins.verified, Some(now_found.live), &fresh, cx.now()).await
        })
        .await
        .inspect_err(refused)?;
    united.record(cx);
    Ok(united.id)
}

/// The identity of a call without logins: a guest's own.
///
/// # Errors
/// `NotAuthorizedException`: guests are off, or the identity is none.
pub fn as_guest(cx: &Cx, pool: &Pool, found: &Found) -> Result<IdentityId, Fault> {
    let id = &found.named.id;
    if !pool.settings.guests {
        cx.decision().failed("identity", format!("no login, and guests are off in {}", pool.id));
        return Err(fault::no_guests());
    }
    if found.named.state != IdentityState::Guest {
        cx.decision().failed("identity", format!("{id}: {}, and no login", found.named.state.as_str()));
        return Err(fault::identity_forbidden(id));
    }
    cx.decision().passed("identity", format!("{id}: a guest"));
    Ok(id.clone())
}

/// The identity as DescribeIdentity and ListIdentities show it: names of providers, never who somebody is there.
///
/// # Errors
/// An internal fault.
pub async fn describe(tx: &mut Tx, identity: &Identity) -> Result<IdentityDescription, Fault> {
    let logins = identity_logins::all_of(tx, &identity.id).await?;
    let providers: BTreeSet<String> = logins.into_iter().map(|login| login.provider).collect();
    Ok(IdentityDescription {
        identity_id: Some(identity.id.to_string()),
        logins: (!providers.is_empty()).then(|| providers.into_iter().collect()),
        creation_date: Some(identity.created_ms.millis()),
        last_modified_date: Some(identity.modified_ms.millis()),
    })
}

/// Whether the logins may act for this identity. `true`: all of them are its own, and nothing is left to write.
fn admits(found: &Found, logins: &[VerifiedLogin]) -> Result<bool, Fault> {
    let live = &found.live;
    match live.state {
        IdentityState::Disabled => Err(fault::identity_forbidden(&found.named.id)),
        // A merged guest stands for its parent only to one who can log in as the parent.
        IdentityState::Guest if live.id == found.named.id => Ok(false),
        IdentityState::Guest => Err(fault::logins_do_not_match()),
        IdentityState::Authenticated => {
            let own = logins.iter().filter(|login| found.linked.iter().any(|linked| is(linked, login))).count();
            if own == 0 { Err(fault::logins_do_not_match()) } else { Ok(own == logins.len()) }
        }
    }
}

fn is(linked: &IdentityLogin, login: &VerifiedLogin) -> bool {
    linked.provider == login.provider && linked.subject == login.subject
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

/// What became of identities and logins that were brought together.
struct United {
    id: IdentityId,
    reasons: Vec<String>,
}

impl United {
    fn record(&self, cx: &Cx) {
        for reason in &self.reasons {
            cx.decision().passed("identity", reason.as_str());
        }
    }
}

/// Brings logins, the identities that own them and a given identity together: one identity is left, all logins are its.
///
/// Which one stays is not documented: one that has logins rather than a guest, then the older one
/// (spec/identity-pools.md 6).
async fn unite(
    tx: &mut Tx,
    pool: &Pool,
    logins: &[VerifiedLogin],
    given: Option<Identity>,
    fresh: &IdentityId,
    now: Timestamp,
) -> Result<United, Fault> {
    let mut reasons = Vec::new();
    let mut unbound = Vec::new();
    let mut involved: Vec<Identity> = given.into_iter().collect();
    for login in logins {
        match identity_logins::find(tx, &pool.id, &login.provider, &login.subject).await? {
            None => unbound.push(login),
            Some(owned) if involved.iter().any(|identity| identity.id == owned.identity_id) => {}
            Some(owned) => {
                let owner = identities::find(tx, &owned.identity_id).await?;
                involved
                    .push(owner.ok_or_else(|| Fault::internal("a login belongs to an identity that is not there"))?);
            }
        }
    }
    if let Some(disabled) = involved.iter().find(|identity| identity.state == IdentityState::Disabled) {
        return Err(fault::identity_forbidden(&disabled.id));
    }
    involved.sort_by_key(|identity| (identity.state == IdentityState::Guest, identity.created_ms, identity.id.clone()));
    let mut involved = involved.into_iter();
    let id = match involved.next() {
        None => {
            add(tx, pool, fresh, IdentityState::Authenticated, now).await?;
            reasons.push(format!("{fresh}: a new identity"));
            fresh.clone()
        }
        Some(mut survivor) => {
            if survivor.state == IdentityState::Guest {
                reasons.push(format!("{}: the guest becomes a user", survivor.id));
            }
            survivor.state = IdentityState::Authenticated;
            survivor.modified_ms = now;
            identities::update(tx, &survivor).await?;
            survivor.id
        }
    };
    for mut merged in involved {
        identity_logins::relink(tx, &merged.id, &id).await?;
        reasons.push(format!("{} is merged into {id}", merged.id));
        merged.state = IdentityState::Disabled;
        merged.merged_into = Some(id.clone());
        merged.modified_ms = now;
        identities::update(tx, &merged).await?;
    }
    for login in unbound {
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
        reasons.push(format!("{id}: `{}` is linked as `{}`", row.provider, row.subject));
    }
    check_linked(pool, &identity_logins::all_of(tx, &id).await?)?;
    Ok(United { id, reasons })
}

/// At most twenty logins, and one user of each public provider.
fn check_linked(pool: &Pool, linked: &[IdentityLogin]) -> Result<(), Fault> {
    if linked.len() > LOGINS_MOST {
        return Err(fault::too_many_logins());
    }
    let mut seen = BTreeSet::new();
    let developer = pool.settings.developer_provider.as_deref();
    let public = linked.iter().filter(|login| Some(login.provider.as_str()) != developer);
    match public.map(|login| login.provider.as_str()).find(|provider| !seen.insert(*provider)) {
        Some(provider) => Err(fault::provider_taken(provider)),
        None => Ok(()),
    }
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

/// spec/identity-pools.md 17.
const LOGINS_MOST: usize = 20;
/// Merges that are followed; each takes a login to make, and an identity has at most twenty.
const MERGES_MOST: usize = 32;
