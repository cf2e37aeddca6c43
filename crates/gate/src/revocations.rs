//! Revoked sessions: refused before they expire, although nothing is stored of a session.
//!
//! What every node keeps in memory is the short list of whose sessions were revoked. Its changes are numbered, and a session
//! carries the number that its node knew when it was issued, so no clock says which came first. The list is read again when
//! this node changed it, and twice a second for what others changed.

use crate::Gate;
use contract::Fault;
use domain::session::{SessionIdentity, SessionPrincipal, SessionRecord};
use domain::{IdentityId, IdentityPoolId, Timestamp};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use store::Store;
use store::table::identities::{self, IdentityState};
use store::table::session_revocations::{self, RevocationKind, SessionRevocation};
use store::table::{identity_logins, identity_pools};

impl Gate {
    /// Reads what this node itself has changed of the list since it last looked. Costs two reads of memory when there is
    /// nothing. A request does this before it looks at anything: what it issues then counts as issued after these changes.
    ///
    /// # Errors
    /// The store fails: then nobody can say who is revoked.
    pub async fn catch_up(&self) -> Result<(), Fault> {
        let generation = self.store().revocations_generation();
        if self.revocations.loaded.load(Ordering::Acquire) >= generation {
            return Ok(());
        }
        Box::pin(self.revocations.load(self.store())).await?;
        self.revocations.loaded.fetch_max(generation, Ordering::AcqRel);
        Ok(())
    }

    /// Reads what other nodes have changed, and forgets what is over. For a background task, more often than every second.
    ///
    /// # Errors
    /// The store fails.
    pub async fn refresh_revocations(&self, now: Timestamp) -> Result<(), Fault> {
        self.store().look_again();
        self.revocations.load(self.store()).await?;
        self.revocations.forget(now);
        Ok(())
    }

    /// The number of the last change that this node knows: what a session carries that is issued now.
    pub fn revocations_seen(&self) -> i64 {
        self.revocations.number.load(Ordering::Acquire)
    }

    /// Why the session is refused although it is genuine and in time, for the operator.
    pub(crate) async fn revoked(&self, session: &SessionRecord) -> Result<Option<String>, Fault> {
        self.catch_up().await?;
        match self.revocations.standing(session) {
            Standing::Good => Ok(None),
            Standing::Revoked(reason) => Ok(Some(reason)),
            Standing::Ask(identity) => self.ended(&identity.identity_pool_id, &identity.identity_id).await,
        }
    }

    /// Why an OpenID token of this identity is refused although it is genuine and in time, for the operator: it was revoked,
    /// or the identity has ended, as the store has it now.
    ///
    /// # Errors
    /// The store fails.
    pub async fn token_revoked(
        &self,
        pool: &IdentityPoolId,
        identity: &IdentityId,
        issued_at: Timestamp,
    ) -> Result<Option<String>, Fault> {
        match self.token_is_old(identity, issued_at).await? {
            Some(reason) => Ok(Some(reason)),
            None => self.ended(pool, identity).await,
        }
    }

    /// The same for whoever has just looked at the identity. Tokens carry whole seconds and no number, so one of the second
    /// of a revocation counts as older.
    ///
    /// # Errors
    /// The store fails.
    pub async fn token_is_old(&self, identity: &IdentityId, issued_at: Timestamp) -> Result<Option<String>, Fault> {
        self.catch_up().await?;
        let revoked = self.revocations.of_identity(identity);
        let revoked = revoked.filter(|revoked| issued_at.seconds() <= revoked.at.seconds());
        Ok(revoked.map(|revoked| revoked.sentence(&format!("the tokens of identity {identity}"))))
    }

    /// The time that a token of this identity is issued at: now, unless that is a second whose tokens count as revoked.
    pub fn token_time(&self, identity: &IdentityId, now: Timestamp) -> Timestamp {
        let revoked = self.revocations.of_identity(identity);
        let first = revoked.map(|revoked| Timestamp::from_seconds(revoked.at.seconds()).plus_seconds(1));
        first.map_or(now, |first| first.max(now))
    }

    /// Whether an identity is gone, disabled or out of reach, as the store has it now.
    async fn ended(&self, pool: &IdentityPoolId, identity: &IdentityId) -> Result<Option<String>, Fault> {
        let lack = self.store().read(async |tx| {
            if identity_pools::find(tx, pool).await?.is_none() {
                return Ok(Some("its identity pool was deleted"));
            }
            Ok::<_, Fault>(match identities::find(tx, identity).await? {
                Some(row) if row.pool_id != *pool => Some("it is not of this pool"),
                None => Some("it was deleted"),
                Some(row) => match row.state {
                    IdentityState::Guest => None,
                    IdentityState::Disabled => Some("it was merged into another one or disabled"),
                    IdentityState::Authenticated => {
                        let reachable = !identity_logins::all_of(tx, identity).await?.is_empty();
                        (!reachable).then_some("no login is linked to it any more")
                    }
                },
            })
        });
        Ok(lack.await?.map(|lack| format!("identity {identity}: {lack}")))
    }
}

/// The list in memory.
#[derive(Default)]
pub(crate) struct Revocations {
    /// The store's generation that was read; 0: none yet.
    loaded: AtomicU64,
    /// The number of the last change that was read.
    number: AtomicI64,
    /// Whether there is anything to look up.
    any: AtomicBool,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    identities: HashMap<String, Revoked>,
    pools: HashMap<String, Revoked>,
    roles: HashMap<String, Revoked>,
    crowds: HashMap<String, Revoked>,
}

#[derive(Clone, Debug)]
struct Revoked {
    number: i64,
    at: Timestamp,
    expires: Timestamp,
    /// The pool of an identity that ended by itself.
    crowd: Option<IdentityPoolId>,
    reason: String,
}

/// What the list says about a session.
#[derive(Debug, PartialEq, Eq)]
enum Standing<'a> {
    Good,
    Revoked(String),
    /// The list does not name the identities of this pool: look.
    Ask(&'a SessionIdentity),
}

impl Revocations {
    async fn load(&self, store: &Store) -> Result<(), Fault> {
        let known = self.number.load(Ordering::Acquire);
        let (newest, rows) = store
            .read(async |tx| {
                let newest = session_revocations::newest(tx).await?;
                // Numbers that fell: the store was emptied, and begins again.
                let after = if newest < known { 0 } else { known };
                let rows = if newest == after { Vec::new() } else { session_revocations::since(tx, after).await? };
                Ok::<_, Fault>((newest, rows))
            })
            .await?;
        if newest != known {
            self.learn(known, newest, rows);
        }
        Ok(())
    }

    /// Takes in the changes between two numbers. Two that read at once may come in any order.
    fn learn(&self, known: i64, newest: i64, rows: Vec<SessionRevocation>) {
        let mut list = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if newest < known {
            *list = Known::default();
            self.number.store(newest, Ordering::Release);
        }
        for row in rows {
            list.insert(row);
        }
        self.any.store(!list.is_empty(), Ordering::Release);
        // Last: who reads this number knows all that came up to it.
        self.number.fetch_max(newest, Ordering::AcqRel);
    }

    fn forget(&self, now: Timestamp) {
        if self.any.load(Ordering::Acquire) {
            let mut list = self.known.write().unwrap_or_else(PoisonError::into_inner);
            let Known { identities, pools, roles, crowds } = &mut *list;
            for entries in [identities, pools, roles, crowds] {
                entries.retain(|_, revoked| revoked.expires >= now);
            }
            self.any.store(!list.is_empty(), Ordering::Release);
        }
    }

    fn standing<'a>(&self, session: &'a SessionRecord) -> Standing<'a> {
        if !self.any.load(Ordering::Acquire) {
            return Standing::Good;
        }
        let list = self.read();
        let revoked = |entries: &HashMap<String, Revoked>, subject: &str, what: &str| {
            let revoked = entries.get(subject).filter(|revoked| session.revocations_seen < revoked.number)?;
            Some(Standing::Revoked(revoked.sentence(&format!("the sessions of {what} {subject}"))))
        };
        let own_role = match &session.principal {
            SessionPrincipal::AssumedRole { role_id, .. } => Some(role_id),
            _ => None,
        };
        let mut roles = own_role.into_iter().chain(&session.chained_from.roles);
        if let Some(standing) = roles.find_map(|role| revoked(&list.roles, role.as_str(), "role")) {
            return standing;
        }
        let Some(identity) = session.identity.as_ref().or(session.chained_from.identity.as_ref()) else {
            return Standing::Good;
        };
        let (id, pool) = (identity.identity_id.as_str(), identity.identity_pool_id.as_str());
        revoked(&list.identities, id, "identity")
            .or_else(|| revoked(&list.pools, pool, "identity pool"))
            .unwrap_or_else(|| if list.crowds.contains_key(pool) { Standing::Ask(identity) } else { Standing::Good })
    }

    fn of_identity(&self, identity: &IdentityId) -> Option<Revoked> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.read().identities.get(identity.as_str()).cloned()
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn insert(&mut self, row: SessionRevocation) {
        if matches!(row.kind, RevocationKind::Crowd | RevocationKind::IdentityPool) {
            // They are not named any more.
            let of_pool = |revoked: &Revoked| revoked.crowd.as_ref().is_some_and(|pool| pool.as_str() == row.subject);
            self.identities.retain(|_, revoked| !of_pool(revoked));
        }
        let entries = match row.kind {
            RevocationKind::Identity => &mut self.identities,
            RevocationKind::IdentityPool => &mut self.pools,
            RevocationKind::Role => &mut self.roles,
            RevocationKind::Crowd => &mut self.crowds,
        };
        let newer = entries.get(&row.subject).is_none_or(|known| known.number <= row.number);
        if newer {
            let crowd = row.pool_id.filter(|_| !row.by_operator);
            let revoked =
                Revoked { number: row.number, at: row.revoked_ms, expires: row.expires_ms, crowd, reason: row.reason };
            entries.insert(row.subject, revoked);
        }
    }

    fn is_empty(&self) -> bool {
        [&self.identities, &self.pools, &self.roles, &self.crowds].into_iter().all(HashMap::is_empty)
    }
}

impl Revoked {
    fn sentence(&self, whose: &str) -> String {
        format!("{whose} until {} were revoked: {}", self.at.iso8601(), self.reason)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use domain::secret::SecretText;
    use domain::session::ChainedFrom;
    use domain::{AccessKeyId, AccountId, RoleId};
    use std::collections::BTreeMap;

    const POOL: &str = "us-east-1:pool";

    fn row(kind: RevocationKind, subject: &str, number: i64) -> SessionRevocation {
        SessionRevocation {
            kind,
            subject: subject.to_owned(),
            account_id: AccountId::from("123456789012"),
            pool_id: (kind == RevocationKind::Identity).then(|| POOL.into()),
            number,
            by_operator: false,
            reason: "because".to_owned(),
            revoked_ms: Timestamp::from_seconds(100),
            expires_ms: Timestamp::from_seconds(200),
        }
    }

    fn session(role: &str, identity: Option<&str>, seen: i64) -> SessionRecord {
        SessionRecord {
            access_key_id: AccessKeyId::from("ASIARZPUZDIKAAAAAAAA"),
            secret_access_key: SecretText::new("secret"),
            account_id: AccountId::from("123456789012"),
            principal: SessionPrincipal::AssumedRole {
                role_id: RoleId::from(role),
                role_name: "Fan".into(),
                role_arn: "arn:aws:iam::123456789012:role/Fan".into(),
                session_name: "s".into(),
            },
            web_identity: None,
            saml: None,
            identity: identity.map(|id| SessionIdentity { identity_pool_id: POOL.into(), identity_id: id.into() }),
            inline_policies: Vec::new(),
            managed_policy_arns: Vec::new(),
            tags: BTreeMap::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            mfa_authenticated_at: None,
            chained_from: ChainedFrom::default(),
            revocations_seen: seen,
            issued_at: Timestamp::default(),
            expires_at: Timestamp::from_seconds(3_600),
        }
    }

    fn good(list: &Revocations, session: &SessionRecord) -> bool {
        list.standing(session) == Standing::Good
    }

    #[test]
    fn a_number_says_what_came_first() {
        let list = Revocations::default();
        assert!(good(&list, &session("AROA1", Some("i"), 0)));
        list.learn(0, 2, vec![row(RevocationKind::Role, "AROA1", 1), row(RevocationKind::Identity, "i", 2)]);
        assert!(!good(&list, &session("AROA1", None, 0)));
        assert!(good(&list, &session("AROA1", None, 1)));
        assert!(good(&list, &session("AROA2", None, 0)));
        assert!(!good(&list, &session("AROA1", Some("i"), 1)));
        assert!(good(&list, &session("AROA1", Some("i"), 2)));
        list.learn(2, 3, vec![row(RevocationKind::IdentityPool, POOL, 3)]);
        assert!(!good(&list, &session("AROA2", Some("other"), 2)));
        assert_eq!(list.number.load(Ordering::Acquire), 3);
    }

    #[test]
    fn what_came_of_a_revoked_session_is_revoked_with_it() {
        let list = Revocations::default();
        list.learn(0, 2, vec![row(RevocationKind::Role, "AROA1", 1), row(RevocationKind::Identity, "i", 2)]);
        let mut chained = session("AROA2", None, 0);
        chained.chained_from.roles.insert(RoleId::from("AROA1"));
        assert!(!good(&list, &chained));
        let mut chained = session("AROA2", None, 1);
        let identity = SessionIdentity { identity_pool_id: POOL.into(), identity_id: "i".into() };
        chained.chained_from.identity = Some(identity);
        assert!(!good(&list, &chained));
        chained.revocations_seen = 2;
        assert!(good(&list, &chained));
    }

    #[test]
    fn a_crowd_is_asked_about_one_by_one() {
        let list = Revocations::default();
        let operators = SessionRevocation { by_operator: true, ..row(RevocationKind::Identity, "theirs", 2) };
        list.learn(0, 2, vec![row(RevocationKind::Identity, "i", 1), operators]);
        list.learn(2, 3, vec![row(RevocationKind::Crowd, POOL, 3)]);
        assert_eq!(list.read().identities.len(), 1, "only what an operator asked for is still named");
        let (ended, theirs) = (session("AROA1", Some("i"), 9), session("AROA1", Some("theirs"), 1));
        assert_eq!(list.standing(&ended), Standing::Ask(ended.identity.as_ref().unwrap()));
        assert!(matches!(list.standing(&theirs), Standing::Revoked(_)));
        assert!(good(&list, &session("AROA1", None, 0)));
    }

    #[test]
    fn readers_at_once_may_come_in_any_order() {
        let list = Revocations::default();
        list.learn(0, 2, vec![row(RevocationKind::Role, "a", 1), row(RevocationKind::Role, "b", 2)]);
        list.learn(0, 1, vec![row(RevocationKind::Role, "a", 1)]);
        assert_eq!(list.number.load(Ordering::Acquire), 2);
        assert!(!good(&list, &session("b", None, 1)));
        // An older word never replaces a newer one.
        list.learn(2, 3, vec![row(RevocationKind::Role, "a", 3)]);
        list.learn(0, 2, vec![row(RevocationKind::Role, "a", 1)]);
        assert!(!good(&list, &session("a", None, 2)));
    }

    #[test]
    fn what_is_over_is_forgotten_and_an_emptied_store_begins_again() {
        let list = Revocations::default();
        list.learn(0, 5, vec![row(RevocationKind::Role, "a", 5)]);
        list.forget(Timestamp::from_seconds(200));
        assert!(!good(&list, &session("a", None, 0)));
        list.forget(Timestamp::from_seconds(201));
        assert!(good(&list, &session("a", None, 0)));
        assert!(!list.any.load(Ordering::Acquire));
        list.learn(5, 1, vec![row(RevocationKind::Role, "b", 1)]);
        assert_eq!(list.number.load(Ordering::Acquire), 1);
        assert!(!good(&list, &session("b", None, 0)));
    }
}
