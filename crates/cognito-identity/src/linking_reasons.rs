//! Why an identity and the logins that were shown do not go together, for the operator: what the service's sentence does not
//! say.

use domain::identity_linking::{Identity, IdentityState, LinkRefusal, LoginKey, PresentedLogin};

/// What is behind a refusal; `sent` is the identity that the call named.
pub fn of(refusal: &LinkRefusal, sent: Option<&Identity>, shown: &[PresentedLogin<'_>]) -> Option<String> {
    match refusal {
        LinkRefusal::Forbidden { identity_id } => {
            let owners = shown.iter().filter_map(|login| login.owner);
            let about = sent.into_iter().chain(owners).find(|identity| identity.id == *identity_id);
            about.map(why_forbidden)
        }
        LinkRefusal::LoginsDoNotMatch => {
            let whose = shown.iter().map(|login| {
                let owner = login.owner.map_or_else(|| "nobody".to_owned(), |owner| owner.id.to_string());
                format!("`{}` of `{}` belongs to {owner}", login.key.subject, login.key.provider)
            });
            let whose: Vec<String> = whose.chain(sent.map(own_logins)).collect();
            Some(whose.join(", "))
        }
        LinkRefusal::Conflict => conflict(sent, shown),
        LinkRefusal::GuestsNotAllowed | LinkRefusal::TooManyLogins | LinkRefusal::AlreadyRegistered { .. } => None,
    }
}

fn why_forbidden(identity: &Identity) -> String {
    match &identity.state {
        IdentityState::Disabled { parent } if *parent == identity.id => "it is switched off".to_owned(),
        IdentityState::Disabled { parent } => format!("it was merged into {parent}"),
        _ if identity.logins.is_empty() => "no login is linked to it any more".to_owned(),
        _ => format!("no login was shown, and {}", own_logins(identity)),
    }
}

fn own_logins(identity: &Identity) -> String {
    let providers: Vec<&str> = identity.logins.iter().map(|login| login.provider.as_str()).collect();
    format!("{} has logins of [{}]", identity.id, providers.join(", "))
}

/// The two users of one provider.
fn conflict(sent: Option<&Identity>, shown: &[PresentedLogin<'_>]) -> Option<String> {
    let owned = sent.into_iter().chain(shown.iter().filter_map(|login| login.owner)).flat_map(|owner| &owner.logins);
    let all: Vec<&LoginKey> = owned.chain(shown.iter().map(|login| &login.key)).collect();
    all.iter().filter(|login| !login.developer).find_map(|login| {
        let other = all.iter().find(|other| other.provider == login.provider && other.subject != login.subject)?;
        Some(format!("`{}` would be `{}` and `{}`", login.provider, login.subject, other.subject))
    })
}
