//! Who is put on the list of revoked sessions, for how long, and how the list stays short.

use contract::Fault;
use domain::{AccountId, IdentityId, IdentityPoolId, RoleId, Timestamp};
use store::Tx;
use store::table::session_revocations::{self, RevocationKind, SessionRevocation};

/// Whose sessions an operator revokes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An identity of a pool.
    Identity {
        /// The pool.
        pool: IdentityPoolId,
        /// The identity.
        identity: IdentityId,
    },
    /// A role, by its unique id.
    Role(RoleId),
}

/// Revokes what was issued so far. The entry as it stands now.
///
/// # Errors
/// `LimitExceededException`: operators have made as many entries as nodes keep in memory.
pub async fn by_operator(
    tx: &mut Tx,
    account: &AccountId,
    subject: &Subject,
    reason: String,
    now: Timestamp,
) -> Result<SessionRevocation, Fault> {
    let (kind, id, pool_id, seconds) = match subject {
        Subject::Identity { pool, identity } => {
            (RevocationKind::Identity, identity.as_str(), Some(pool.clone()), IDENTITY_SECONDS)
        }
        Subject::Role(role) => (RevocationKind::Role, role.as_str(), None, ROLE_SECONDS),
    };
    let known = session_revocations::find(tx, kind, id).await?;
    let is_new = known.as_ref().is_none_or(|known| !known.by_operator);
    let most = i64::try_from(BY_OPERATOR_MOST).unwrap_or(i64::MAX);
    if is_new && session_revocations::count_by_operator(tx, most).await? >= BY_OPERATOR_MOST {
        let sentence = format!("No more than {BY_OPERATOR_MOST} identities and roles can be revoked at a time.");
        return Err(Fault::new("LimitExceededException", 400, sentence));
    }
    // Tokens carry whole seconds. One issued since the last revocation may carry a second that is still to come.
    let after_the_last = known.map(|known| Timestamp::from_seconds(known.revoked_ms.seconds()).plus_seconds(1));
    let revoked_ms = after_the_last.filter(|after| after.seconds() > now.seconds()).unwrap_or(now);
    let row = SessionRevocation {
        kind,
        subject: id.to_owned(),
        account_id: account.clone(),
        pool_id,
        number: session_revocations::next_number(tx).await?,
        by_operator: true,
        reason,
        revoked_ms,
        expires_ms: now.plus_seconds(seconds),
    };
    session_revocations::put(tx, &row).await?;
    Ok(row)
}

/// Revokes the sessions of an identity that has just ended: deleted, merged, or out of reach.
///
/// Anyone may end identities: a guest and a login make two, and merging them ends one. So the list names only so many of a
/// pool; beyond that one entry says that every identity of the pool has to be looked at.
///
/// # Errors
/// The store fails.
pub async fn identity_ended(
    tx: &mut Tx,
    account: &AccountId,
    pool: &IdentityPoolId,
    identity: &IdentityId,
    reason: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let ended = SessionRevocation {
        kind: RevocationKind::Identity,
        subject: identity.to_string(),
        account_id: account.clone(),
        pool_id: Some(pool.clone()),
        number: 0,
        by_operator: false,
        reason: reason.to_owned(),
        revoked_ms: now,
        expires_ms: now.plus_seconds(IDENTITY_SECONDS),
    };
    let crowd = session_revocations::find(tx, RevocationKind::Crowd, pool.as_str()).await?;
    if crowd.as_ref().is_some_and(|crowd| crowd.expires_ms >= ended.expires_ms) {
        return Ok(());
    }
    let most = i64::try_from(NAMED_MOST).unwrap_or(i64::MAX);
    let is_crowd = crowd.is_some() || session_revocations::count_ended(tx, pool, most).await? >= NAMED_MOST;
    let mut row = if is_crowd {
        session_revocations::delete_ended(tx, pool).await?;
        SessionRevocation {
            kind: RevocationKind::Crowd,
            subject: pool.to_string(),
            pool_id: None,
            reason: format!("more than {NAMED_MOST} identities of the pool have ended within a day"),
            // Longer than need be, so that it is not written again with each one.
            expires_ms: ended.expires_ms.plus_seconds(IDENTITY_SECONDS),
            ..ended
        }
    } else {
        ended
    };
    row.number = session_revocations::next_number(tx).await?;
    Ok(session_revocations::put(tx, &row).await?)
}

/// Revokes the sessions of every identity of a pool that has just been deleted.
///
/// # Errors
/// The store fails.
pub async fn pool_ended(tx: &mut Tx, account: &AccountId, pool: &IdentityPoolId, now: Timestamp) -> Result<(), Fault> {
    session_revocations::delete_ended(tx, pool).await?;
    let row = SessionRevocation {
        kind: RevocationKind::IdentityPool,
        subject: pool.to_string(),
        account_id: account.clone(),
        pool_id: None,
        number: session_revocations::next_number(tx).await?,
        by_operator: false,
        reason: "the identity pool was deleted".to_owned(),
        revoked_ms: now,
        expires_ms: now.plus_seconds(IDENTITY_SECONDS),
    };
    Ok(session_revocations::put(tx, &row).await?)
}

/// Identities of one pool that the list names before it speaks of a crowd.
pub const NAMED_MOST: usize = 500;

/// Entries of operators, of all kinds.
const BY_OPERATOR_MOST: usize = 10_000;

/// A margin for nodes whose clocks differ, in seconds.
const MARGIN_SECONDS: i64 = 300;

/// The longest session of a role (spec/sts-and-iam.md B2), in seconds.
const ROLE_SECONDS: i64 = 43_200 + MARGIN_SECONDS;

/// The longest that anything of an identity lasts: a token of a day (spec/identity-pools.md 3), which STS takes for a while
/// longer, in seconds. Longer than any session.
const IDENTITY_SECONDS: i64 = 86_400 + 300 + MARGIN_SECONDS;
