//! Which identity a set of logins is: found, made, upgraded, linked or merged (spec/identity-pools.md 6).

use serde::{Deserialize, Serialize};

use crate::{IdentityId, Timestamp};

/// An identity with all its logins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// When it was made; of two that merge, the older one survives.
    pub created_at: Timestamp,
    /// Its state.
    pub state: IdentityState,
    /// The logins it owns; a disabled identity has none.
    pub logins: Vec<LoginKey>,
}

/// The states of an identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentityState {
    /// A guest.
    Unauthenticated,
    /// It has, or had, a login.
    Authenticated,
    /// It was merged into another one.
    Disabled {
        /// The one that lives on.
        parent: IdentityId,
    },
}

/// A user at a provider: belongs to at most one live identity of a pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LoginKey {
    /// The Logins key, or the developer provider's name.
    pub provider: String,
    /// The user's id there, never the token.
    pub subject: String,
    /// Whether it is the developer provider, of which one identity may have several users.
    pub developer: bool,
}

/// A verified login and the live identity that owns it.
#[derive(Clone, Debug)]
pub struct PresentedLogin<'a> {
    /// The login.
    pub key: LoginKey,
    /// Its owner; `None`: nobody's yet.
    pub owner: Option<&'a Identity>,
}

/// What to write, and which identity to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPlan {
    /// The identity; `None`: a new one. The answer names it, as it may differ from the one that was sent.
    pub identity: Option<IdentityId>,
    /// Whether it is authenticated from now on.
    pub authenticated: bool,
    /// Logins that become its own.
    pub bind: Vec<LoginKey>,
    /// Identities that merge into it: their logins become its own, and they are disabled with it as parent.
    pub merge: Vec<IdentityId>,
}

/// Why the logins give no identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// A guest where the pool takes none.
    GuestsNotAllowed,
    /// An authenticated or disabled identity without a login.
    Forbidden {
        /// The identity that was sent.
        identity_id: IdentityId,
    },
    /// None of the logins belongs to the identity that was sent.
    LoginsDoNotMatch,
    /// The identity would have two users of one provider.
    Conflict,
    /// The identity would have more than 20 logins.
    TooManyLogins,
    /// The developer's user belongs to another identity than the one that was sent.
    AlreadyRegistered {
        /// The developer's user.
        subject: String,
        /// Its identity.
        identity_id: IdentityId,
    },
}

impl LinkRefusal {
    /// The error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::GuestsNotAllowed | Self::Forbidden { .. } | Self::LoginsDoNotMatch => "NotAuthorizedException",
            Self::Conflict | Self::TooManyLogins => "ResourceConflictException",
            Self::AlreadyRegistered { .. } => "DeveloperUserAlreadyRegisteredException",
        }
    }

    /// The sentence: the service's own for `NotAuthorizedException`; the others' are not known.
    pub fn message(&self) -> String {
        match self {
            Self::GuestsNotAllowed => "Unauthenticated access is not supported for this identity pool.".into(),
            Self::Forbidden { identity_id } => format!("Access to Identity '{identity_id}' is forbidden."),
            Self::LoginsDoNotMatch => {
                "Logins don't match. Please include at least one valid login for this identity or identity pool.".into()
            }
            Self::Conflict => "Provided login is already associated with another account".into(),
            Self::TooManyLogins => format!("An identity cannot have more than {MAX_LOGINS} linked logins"),
            Self::AlreadyRegistered { subject, identity_id } => {
                format!("Developer user identifier '{subject}' is already registered with identity '{identity_id}'.")
            }
        }
    }
}

/// Finds the identity of these logins. `sent` is the identity of the call (GetCredentialsForIdentity, GetOpenIdToken,
/// GetOpenIdTokenForDeveloperIdentity); GetId sends none.
///
/// A login of the developer provider is the word of the developer, who signs the call: it links to an identity that has
/// only the developer's users, while one with other logins wants one of those to be shown. And its user is never taken
/// from one identity to another because it was sent.
pub fn link(
    sent: Option<&Identity>,
    logins: &[PresentedLogin<'_>],
    guests_allowed: bool,
) -> Result<LinkPlan, LinkRefusal> {
    if logins.is_empty() {
        return guest(sent, guests_allowed);
    }
    let mut developers = logins.iter().filter(|login| login.key.developer).peekable();
    let by_developer = developers.peek().is_some();
    if let Some(sent) = sent {
        let taken = developers.find_map(|login| {
            let owner = login.owner.filter(|owner| owner.id != *sent.stands_for())?;
            Some((login.key.subject.clone(), owner.id.clone()))
        });
        if let Some((subject, identity_id)) = taken {
            return Err(LinkRefusal::AlreadyRegistered { subject, identity_id });
        }
    }
    let mut owners: Vec<&Identity> = Vec::new();
    for owner in logins.iter().filter_map(|login| login.owner) {
        if !owners.iter().any(|known| known.id == owner.id) {
            owners.push(owner);
        }
    }
    // Only the developer's users and at least one: with none at all, nothing opens it any more.
    let developers_own =
        |identity: &Identity| !identity.logins.is_empty() && identity.logins.iter().all(|login| login.developer);
    if let Some(sent) = sent.filter(|sent| by_developer && sent.is_authenticated() && developers_own(sent))
        && !owners.iter().any(|owner| owner.id == sent.id)
    {
        owners.push(sent);
    }
    // The oldest of the owners survives; a guest that was sent never does when a login has an owner.
    owners.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    let owns = |id: &IdentityId| owners.iter().any(|owner| owner.id == *id);
    let mut merged = owners.clone();
    match sent.map(|sent| (sent, &sent.state)) {
        None => {}
        Some((guest, IdentityState::Unauthenticated)) => merged.push(guest),
        Some((identity, IdentityState::Authenticated)) if owns(&identity.id) => {}
        Some((_, IdentityState::Disabled { parent })) if owns(parent) => {}
        Some(_) => return Err(LinkRefusal::LoginsDoNotMatch),
    }
    plan(&merged, logins)
}

/// Gives the logins of `source` to `destination`, which survives whichever is older (MergeDeveloperIdentities).
pub fn merge(source: &Identity, destination: &Identity) -> Result<LinkPlan, LinkRefusal> {
    if source.id == destination.id { plan(&[destination], &[]) } else { plan(&[destination, source], &[]) }
}

impl Identity {
    fn is_authenticated(&self) -> bool {
        self.state == IdentityState::Authenticated
    }

    /// Itself, or the one it was merged into.
    fn stands_for(&self) -> &IdentityId {
        match &self.state {
            IdentityState::Disabled { parent } => parent,
            IdentityState::Unauthenticated | IdentityState::Authenticated => &self.id,
        }
    }
}

fn guest(sent: Option<&Identity>, guests_allowed: bool) -> Result<LinkPlan, LinkRefusal> {
    match sent {
        Some(identity) if identity.state != IdentityState::Unauthenticated => {
            Err(LinkRefusal::Forbidden { identity_id: identity.id.clone() })
        }
        _ if !guests_allowed => Err(LinkRefusal::GuestsNotAllowed),
        _ => Ok(LinkPlan {
            identity: sent.map(|identity| identity.id.clone()),
            authenticated: false,
            bind: Vec::new(),
            merge: Vec::new(),
        }),
    }
}

/// The first of `identities` takes over the others and the logins that are nobody's.
fn plan(identities: &[&Identity], logins: &[PresentedLogin<'_>]) -> Result<LinkPlan, LinkRefusal> {
    let mut all: Vec<&LoginKey> = identities.iter().flat_map(|identity| &identity.logins).collect();
    let mut bind = Vec::new();
    for login in logins.iter().filter(|login| login.owner.is_none()) {
        if !bind.contains(&login.key) {
            bind.push(login.key.clone());
            all.push(&login.key);
        }
    }
    let clash = |login: &&LoginKey| {
        !login.developer && all.iter().any(|other| other.provider == login.provider && other.subject != login.subject)
    };
    if all.iter().any(clash) {
        return Err(LinkRefusal::Conflict);
    }
    if all.len() > MAX_LOGINS {
        return Err(LinkRefusal::TooManyLogins);
    }
    let mut ids = identities.iter().map(|identity| identity.id.clone());
    Ok(LinkPlan { identity: ids.next(), authenticated: true, bind, merge: ids.collect() })
}

/// The most logins one identity may have.
pub const MAX_LOGINS: usize = 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn key(provider: &str, subject: &str) -> LoginKey {
        LoginKey { provider: provider.into(), subject: subject.into(), developer: provider == "dev" }
    }

    fn identity(id: &str, created: i64, state: IdentityState, logins: &[(&str, &str)]) -> Identity {
        let logins = logins.iter().map(|(provider, subject)| key(provider, subject)).collect();
        Identity { id: IdentityId::from(id), created_at: Timestamp::from_seconds(created), state, logins }
    }

    fn known(id: &str, created: i64, logins: &[(&str, &str)]) -> Identity {
        identity(id, created, IdentityState::Authenticated, logins)
    }

    fn presented<'a>(provider: &str, subject: &str, owner: Option<&'a Identity>) -> PresentedLogin<'a> {
        PresentedLogin { key: key(provider, subject), owner }
    }

    fn found(id: &str) -> LinkPlan {
        LinkPlan { identity: Some(IdentityId::from(id)), authenticated: true, bind: vec![], merge: vec![] }
    }

    #[test]
    fn get_id_finds_makes_and_merges() {
        let new_guest = LinkPlan { identity: None, authenticated: false, bind: vec![], merge: vec![] };
        assert_eq!(link(None, &[], true), Ok(new_guest));
        assert_eq!(link(None, &[], false), Err(LinkRefusal::GuestsNotAllowed));

        let ana = known("ana", 1, &[("p", "ana")]);
        assert_eq!(link(None, &[presented("p", "ana", Some(&ana))], false), Ok(found("ana")));

        let fresh = link(None, &[presented("p", "x", None), presented("q", "y", None)], false).unwrap();
        assert_eq!((fresh.identity, fresh.bind.len(), fresh.authenticated), (None, 2, true));

        let younger = known("younger", 2, &[("q", "ana")]);
        let both = [presented("q", "ana", Some(&younger)), presented("p", "ana", Some(&ana))];
        assert_eq!(link(None, &both, false), Ok(LinkPlan { merge: vec![IdentityId::from("younger")], ..found("ana") }));
    }

    #[test]
    fn a_guest_is_upgraded_in_place_or_merged_away() {
        let guest = identity("guest", 0, IdentityState::Unauthenticated, &[]);
        let stays = link(Some(&guest), &[], true).unwrap();
        assert_eq!((stays.identity, stays.authenticated), (Some(guest.id.clone()), false));
        assert_eq!(link(Some(&guest), &[], false), Err(LinkRefusal::GuestsNotAllowed));

        let upgraded = link(Some(&guest), &[presented("p", "x", None)], false).unwrap();
        assert_eq!(upgraded, LinkPlan { bind: vec![key("p", "x")], ..found("guest") });

        // Although the guest is older.
        let ana = known("ana", 1, &[("p", "ana")]);
        let merged = link(Some(&guest), &[presented("p", "ana", Some(&ana))], false).unwrap();
        assert_eq!(merged, LinkPlan { merge: vec![guest.id], ..found("ana") });
    }

    #[test]
    fn an_identity_wants_one_of_its_own_logins() {
        let ana = known("ana", 1, &[("p", "ana")]);
        let bob = known("bob", 2, &[("p", "bob")]);
        let forbidden = link(Some(&ana), &[], true).unwrap_err();
        assert_eq!(forbidden.message(), "Access to Identity 'ana' is forbidden.");
        for stranger in [presented("p", "x", None), presented("p", "bob", Some(&bob))] {
            assert_eq!(link(Some(&ana), &[stranger], true), Err(LinkRefusal::LoginsDoNotMatch));
        }
        let own = presented("p", "ana", Some(&ana));
        assert_eq!(link(Some(&ana), std::slice::from_ref(&own), true), Ok(found("ana")));
        let linked = link(Some(&ana), &[own, presented("q", "new", None)], true).unwrap();
        assert_eq!(linked, LinkPlan { bind: vec![key("q", "new")], ..found("ana") });
        // All its logins were unlinked: nothing opens it.
        let bare = known("bare", 1, &[]);
        assert_eq!(link(Some(&bare), &[presented("p", "x", None)], true), Err(LinkRefusal::LoginsDoNotMatch));
    }

    #[test]
    fn a_disabled_identity_answers_as_its_parent() {
        let ana = known("ana", 1, &[("p", "ana")]);
        let old = identity("old", 0, IdentityState::Disabled { parent: ana.id.clone() }, &[]);
        assert_eq!(link(Some(&old), &[presented("p", "ana", Some(&ana))], true), Ok(found("ana")));
        assert!(matches!(link(Some(&old), &[], true), Err(LinkRefusal::Forbidden { .. })));
        assert_eq!(link(Some(&old), &[presented("p", "x", None)], true), Err(LinkRefusal::LoginsDoNotMatch));
    }

    #[test]
    fn one_provider_one_user_and_at_most_twenty_logins() {
        let ana = known("ana", 1, &[("p", "ana")]);
        let own = || presented("p", "ana", Some(&ana));
        assert_eq!(link(Some(&ana), &[own(), presented("p", "other", None)], true), Err(LinkRefusal::Conflict));
        let developer = known("d", 1, &[("dev", "a"), ("dev", "b")]);
        assert_eq!(link(None, &[presented("dev", "a", Some(&developer))], true), Ok(found("d")));
        let many: Vec<_> = (0..20).map(|at| presented(&format!("q{at}"), "ana", None)).collect();
        assert!(link(None, &many, true).is_ok());
        let more: Vec<_> = many.into_iter().chain([own()]).collect();
        assert_eq!(link(Some(&ana), &more, true), Err(LinkRefusal::TooManyLogins));
    }

    #[test]
    fn the_developer_links_to_its_own_identities_and_takes_nobody_away() {
        let with_dev = known("a", 1, &[("dev", "ana")]);
        let linked = link(Some(&with_dev), &[presented("dev", "ana2", None)], false).unwrap();
        assert_eq!(linked, LinkPlan { bind: vec![key("dev", "ana2")], ..found("a") });
        // One that has other logins wants one of them.
        let mixed = known("m", 1, &[("dev", "ana"), ("p", "ana")]);
        let new = || presented("dev", "ana2", None);
        assert_eq!(link(Some(&mixed), &[new()], false), Err(LinkRefusal::LoginsDoNotMatch));
        assert_eq!(link(Some(&mixed), &[presented("dev", "ana", Some(&mixed))], false), Ok(found("m")));
        let shown = [new(), presented("p", "ana", Some(&mixed))];
        assert_eq!(link(Some(&mixed), &shown, false).unwrap().bind, [key("dev", "ana2")]);
        // A public login alone is no developer's word.
        assert_eq!(link(Some(&with_dev), &[presented("p", "x", None)], false), Err(LinkRefusal::LoginsDoNotMatch));
        let bare = known("bare", 1, &[]);
        assert_eq!(link(Some(&bare), &[new()], false), Err(LinkRefusal::LoginsDoNotMatch));
        let guest = identity("guest", 0, IdentityState::Unauthenticated, &[]);
        assert_eq!(link(Some(&guest), &[new()], false).unwrap().identity, Some(guest.id.clone()));
        for sent in [&guest, &mixed, &bare] {
            let refused = link(Some(sent), &[presented("dev", "ana", Some(&with_dev))], false).unwrap_err();
            assert_eq!(refused.code(), "DeveloperUserAlreadyRegisteredException");
            assert!(refused.message().contains("'ana'") && refused.message().contains("'a'"), "{}", refused.message());
        }
        // The id of an identity that was merged into its owner stands for the owner.
        let old = identity("old", 0, IdentityState::Disabled { parent: with_dev.id.clone() }, &[]);
        assert_eq!(link(Some(&old), &[presented("dev", "ana", Some(&with_dev))], false), Ok(found("a")));
        assert_eq!(link(Some(&old), &[new()], false), Err(LinkRefusal::LoginsDoNotMatch));
        // The developer's user and a public login of two identities bring them together.
        let b = known("b", 0, &[("p", "ana")]);
        let both = [presented("dev", "ana", Some(&with_dev)), presented("p", "ana", Some(&b))];
        assert_eq!(
            link(Some(&with_dev), &both, false),
            Ok(LinkPlan { merge: vec![with_dev.id.clone()], ..found("b") })
        );
    }

    #[test]
    fn the_destination_of_a_merge_survives() {
        let source = known("s", 1, &[("dev", "a"), ("p", "x")]);
        let destination = known("d", 2, &[("dev", "b")]);
        let plan = LinkPlan { merge: vec![source.id.clone()], ..found("d") };
        assert_eq!(merge(&source, &destination), Ok(plan));
        assert_eq!(merge(&source, &source), Ok(found("s")));
        let clash = known("c", 3, &[("dev", "c"), ("p", "y")]);
        assert_eq!(merge(&source, &clash), Err(LinkRefusal::Conflict));
        let many: Vec<(String, String)> = (0..19).map(|at| ("dev".to_owned(), format!("u{at}"))).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(p, s)| (p.as_str(), s.as_str())).collect();
        assert_eq!(merge(&source, &known("m", 4, &many)), Err(LinkRefusal::TooManyLogins));
        assert!(merge(&source, &known("m", 4, &many[1..])).is_ok());
    }

    proptest! {
        #[test]
        fn a_plan_never_touches_an_identity_twice(
            owners in proptest::collection::vec((0_usize..3, 0..4_u8), 0..5),
            state in 0..4_u8,
            guests in any::<bool>(),
        ) {
            let identities: Vec<_> = (0..3).map(|at| known(&format!("i{at}"), at, &[])).collect();
            let logins: Vec<_> = owners
                .iter()
                .enumerate()
                .map(|(at, (owner, how))| presented(&format!("p{at}"), "s", (*how != 0).then(|| &identities[*owner])))
                .collect();
            let sent = match state {
                0 => None,
                1 => Some(identity("guest", -1, IdentityState::Unauthenticated, &[])),
                2 => Some(identities[0].clone()),
                _ => Some(identity("old", -1, IdentityState::Disabled { parent: identities[1].id.clone() }, &[])),
            };
            if let Ok(plan) = link(sent.as_ref(), &logins, guests) {
                let mut touched: Vec<_> = plan.identity.iter().chain(&plan.merge).collect();
                let count = touched.len();
                touched.sort();
                touched.dedup();
                prop_assert_eq!(touched.len(), count);
                prop_assert_eq!(plan.authenticated, !logins.is_empty());
                // An authenticated identity is only ever reached through a login of its own.
                for id in touched.into_iter().filter(|id| id.as_str().starts_with('i')) {
                    prop_assert!(logins.iter().any(|login| login.owner.is_some_and(|owner| owner.id == *id)));
                }
            }
        }
    }
}
