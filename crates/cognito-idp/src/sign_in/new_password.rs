//! The challenge `NEW_PASSWORD_REQUIRED`: a user with a temporary password chooses one (spec/user-pools-auth.md 3.1).

use super::{Outcome, Place, Texts, optional, required, secret_hash, tokens};
use crate::user::{self, Attributes, Conflict};
use crate::{fault, password};
use contract::Fault;
use domain::challenge_session::{self, ChallengeRecord, USED_ONCE_MESSAGE};
use domain::new_id;
use domain::user_attributes::{check_value, immutable_message, missing_required, missing_required_message};
use model::cognito_idp::{challenge_name_type, error};
use service::Cx;
use std::collections::BTreeMap;
use store::table::groups::Group;
use store::table::users::{self, User};
use store::table::{group_members, used_sessions};

/// Asks for a new password. `typed` is the name the user signed in with, which may be an alias.
///
/// # Errors
/// An internal fault: the session cannot be sealed.
pub(super) fn ask(cx: &Cx, at: &Place, user: &User, typed: &str) -> Result<Outcome, Fault> {
    let record = ChallengeRecord {
        id: new_id::uuid(cx.random()),
        user_pool_id: at.pool.id.clone(),
        client_id: at.client.id.clone(),
        sub: Some(user.sub.clone()),
        username: user.name.clone(),
        challenge: NAME.to_owned(),
        issued_at: cx.now(),
        expires_at: cx.now().plus_seconds(at.client.session_seconds()),
        extra: remembered(user, typed),
    };
    let session = challenge_session::issue(&cx.node.vault.ring(), cx.random(), &record).map_err(Fault::internal)?;
    let attributes = user::attributes(user)?;
    let required: Vec<_> =
        missing(at, &attributes).into_iter().map(|name| format!("{ATTRIBUTE_PREFIX}{name}")).collect();
    let readable = at.client.readable();
    let shown: BTreeMap<_, _> = attributes
        .iter()
        .filter(|(name, _)| readable.as_ref().is_none_or(|names| names.contains(*name)) && !name.starts_with("dev:"))
        .collect();
    let parameters = Texts::from([
        ("USER_ID_FOR_SRP".to_owned(), user.name.clone()),
        ("requiredAttributes".to_owned(), serde_json::to_string(&required).map_err(Fault::internal)?),
        ("userAttributes".to_owned(), serde_json::to_string(&shown).map_err(Fault::internal)?),
    ]);
    Ok(Outcome::Challenge { name: NAME, session, parameters })
}

/// The typed name, where it is another than the real one. A session has room for a short one only.
fn remembered(user: &User, typed: &str) -> Texts {
    let worth = typed != user.name && typed.len() <= LONGEST_TYPED;
    if worth { [(TYPED.to_owned(), typed.to_owned())].into() } else { Texts::new() }
}

/// Takes the new password, and attributes that were missing, and ends the sign-in. The session is good once; one whose
/// answer was refused can be answered again.
///
/// # Errors
/// The session, the secret hash, the password or an attribute is refused.
pub(super) async fn respond(cx: &Cx, at: &Place, session: Option<&str>, responses: &Texts) -> Result<Outcome, Fault> {
    let username = required(responses, "USERNAME")?;
    let record = open(cx, at, session);
    let real_name = record.as_ref().map(|record| record.username.as_str()).unwrap_or(username);
    secret_hash::check(&at.client, &[username, real_name], optional(responses, "SECRET_HASH"))?;
    let record = record?;
    let sub = record.sub.clone().filter(|sub| is_same_user(at, &record, sub.as_str(), username));
    let sub = sub.ok_or_else(invalid_session)?;
    let given = required(responses, "NEW_PASSWORD")?;
    let policy = at.pool.password_policy.check(given);
    policy.map_err(|violation| error::invalid_password(violation.message()))?;
    let sealed = password::seal(cx, &at.pool, &sub, &record.username, given)?;
    let (user, groups) = cx
        .write(async |tx| {
            if !used_sessions::insert(tx, &record.id, record.expires_at).await? {
                return Err(error::not_authorized(USED_ONCE_MESSAGE));
            }
            let before = users::find(tx, &at.pool.id, &sub).await?.ok_or_else(invalid_session)?;
            may_answer(&before, &record)?;
            let attributes = changed_attributes(at, user::attributes(&before)?, responses)?;
            let after = User {
                status: user::CONFIRMED.to_owned(),
                attributes: user::attributes_text(&attributes)?,
                sealed_password: Some(sealed.clone()),
                password_set_ms: Some(cx.now()),
                temporary_password: false,
                failed_sign_ins: 0,
                locked_until_ms: None,
                modified_ms: cx.now(),
                ..before.clone()
            };
            user::update(tx, &at.pool, &before, &after).await?.map_err(alias_taken)?;
            let groups = group_members::groups_of(tx, &at.pool.id, &sub, "", tokens::MOST_GROUPS).await?;
            Ok::<(User, Vec<Group>), Fault>((after, groups))
        })
        .await?;
    cx.decision().passed("sign-in", format!("{} ({}) chose a new password", user.name, user.sub));
    tokens::sign_in(cx, at, &user, &groups).await.map(Outcome::Tokens)
}

fn open(cx: &Cx, at: &Place, session: Option<&str>) -> Result<ChallengeRecord, Fault> {
    let session = session.ok_or_else(|| fault::missing_parameter("Session"))?;
    let record = challenge_session::open(&cx.node.vault.ring(), &at.client.id, session, cx.now());
    let record = record.map_err(|refused| {
        cx.decision().failed("sign-in", refused.to_string());
        error::not_authorized(refused.message())
    })?;
    if record.user_pool_id == at.pool.id && record.challenge == NAME { Ok(record) } else { Err(invalid_session()) }
}

/// The answer may name the user by the real name, by `sub`, or as at the beginning.
fn is_same_user(at: &Place, record: &ChallengeRecord, sub: &str, given: &str) -> bool {
    let key = at.pool.key_of(given);
    let typed = record.extra.get(TYPED).map(|typed| at.pool.key_of(typed));
    key == at.pool.key_of(&record.username) || typed.is_some_and(|typed| typed == key) || given == sub
}

/// What happened to the user since the challenge was asked may have made the answer void.
fn may_answer(user: &User, record: &ChallengeRecord) -> Result<(), Fault> {
    if !user.enabled {
        return Err(error::not_authorized("User is disabled."));
    }
    let password_changed = user.password_set_ms.is_some_and(|set| set > record.issued_at);
    if user.status != user::FORCE_CHANGE_PASSWORD || password_changed { Err(invalid_session()) } else { Ok(()) }
}

fn changed_attributes(at: &Place, mut attributes: Attributes, responses: &Texts) -> Result<Attributes, Fault> {
    let schema = &at.pool.schema;
    for (name, value) in responses {
        let Some(name) = name.strip_prefix(ATTRIBUTE_PREFIX) else { continue };
        if !at.client.may_write(name) {
            return Err(error::not_authorized("A client attempted to write unauthorized attribute"));
        }
        let known = schema.iter().find(|attribute| attribute.name == name);
        let present = attributes.get(name).is_some_and(|value| !value.is_empty());
        if present && known.is_some_and(|attribute| attribute.required) {
            return Err(error::not_authorized(format!("Cannot modify an already provided {name}")));
        }
        check_value(schema, name, value).map_err(|refused| error::invalid_parameter(refused.message()))?;
        if known.is_some_and(|attribute| !attribute.mutable) {
            return Err(error::invalid_parameter(immutable_message(name)));
        }
        if matches!(name, "email" | "phone_number") {
            // A new address is not verified, whatever the old one was.
            attributes.insert(format!("{name}_verified"), "false".to_owned());
        }
        if value.is_empty() {
            attributes.remove(name);
        } else {
            attributes.insert(name.to_owned(), value.clone());
        }
    }
    let missing = missing(at, &attributes);
    if missing.is_empty() { Ok(attributes) } else { Err(error::invalid_parameter(missing_required_message(&missing))) }
}

/// Required attributes that the user lacks and may write through this client.
fn missing<'a>(at: &'a Place, attributes: &Attributes) -> Vec<&'a str> {
    let present = |name: &str| attributes.get(name).is_some_and(|value| !value.is_empty());
    let mut missing = missing_required(&at.pool.schema, present);
    missing.retain(|name| at.client.may_write(name));
    missing
}

fn alias_taken(conflict: Conflict) -> Fault {
    match conflict {
        Conflict::Alias(attribute) => {
            error::alias_exists(format!("An account with the given {attribute} already exists."))
        }
        Conflict::Name => Fault::internal("a user that is not new cannot lose the name"),
    }
}

fn invalid_session() -> Fault {
    error::not_authorized("Invalid session for the user.")
}

const NAME: &str = challenge_name_type::NEW_PASSWORD_REQUIRED;
const ATTRIBUTE_PREFIX: &str = "userAttributes.";
/// Under which name the session remembers what the user typed.
const TYPED: &str = "typed";
/// The longest typed name a session remembers, in bytes.
const LONGEST_TYPED: usize = 400;
