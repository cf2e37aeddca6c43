//! Users: found by any of their names, kept with their aliases and search entries, shown as the API shows them.

use crate::pool::Pool;
use contract::Fault;
use domain::lockout::Lockout;
use domain::user_attributes::{is_email, is_phone_number};
use domain::{Timestamp, new_id};
use model::cognito_idp::{AttributeType, UserType};
use std::collections::{BTreeMap, BTreeSet};
use store::table::users::{self, User};
use store::table::{user_aliases, user_attribute_index};
use store::{StoreError, Tx};

/// Attribute values by name, as stored: always text.
pub type Attributes = BTreeMap<String, String>;

/// What the password verifier of a user is sealed as.
pub const PASSWORD_KIND: &str = "password";

/// The user a caller means: by user name, by an alias, or by `sub` (spec/user-pools-api.md 6).
///
/// # Errors
/// The store's.
pub async fn find(tx: &mut Tx, pool: &Pool, typed: &str) -> Result<Option<User>, StoreError> {
    // Where addresses take the place of names, real names are UUIDs: what is typed is almost always an alias.
    if pool.has_username_attributes()
        && let Some(user) = find_by_alias(tx, pool, typed).await?
    {
        return Ok(Some(user));
    }
    if let Some(user) = users::find_by_name(tx, &pool.id, &pool.key_of(typed)).await? {
        return Ok(Some(user));
    }
    if !pool.has_username_attributes()
        && let Some(user) = find_by_alias(tx, pool, typed).await?
    {
        return Ok(Some(user));
    }
    if new_id::is_uuid(typed) { users::find(tx, &pool.id, &typed.into()).await } else { Ok(None) }
}

async fn find_by_alias(tx: &mut Tx, pool: &Pool, typed: &str) -> Result<Option<User>, StoreError> {
    for attribute in ALIAS_ATTRIBUTES {
        let fits = match attribute {
            "email" => is_email(typed),
            "phone_number" => is_phone_number(typed),
            _ => true,
        };
        if fits
            && (pool.has_alias(attribute) || pool.has_username_attribute(attribute))
            && let Some(sub) = user_aliases::find(tx, &pool.id, attribute, &value_key(pool, attribute, typed)).await?
        {
            return users::find(tx, &pool.id, &sub).await;
        }
    }
    Ok(None)
}

/// What did not work out when a user was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Another user has this name.
    Name,
    /// Another user signs in by this value of the attribute.
    Alias(&'static str),
}

/// Adds a user with its aliases and search entries. With `force_alias` the alias moves here from whoever had it, whose
/// attribute is not verified any more (spec/user-pools-api.md 6).
///
/// # Errors
/// An internal fault; the inner error is a name or alias that is taken. The caller then gives the transaction up.
pub async fn insert(tx: &mut Tx, pool: &Pool, user: &User, force_alias: bool) -> Result<Result<(), Conflict>, Fault> {
    if !users::insert(tx, user).await? {
        return Ok(Err(Conflict::Name));
    }
    let attributes = attributes(user)?;
    for (attribute, value_key) in aliases(pool, &attributes) {
        if user_aliases::insert(tx, &pool.id, attribute, &value_key, &user.sub).await? {
            continue;
        }
        if !force_alias {
            return Ok(Err(Conflict::Alias(attribute)));
        }
        take_alias(tx, pool, attribute, &value_key, user).await?;
    }
    for (attribute, value_key) in search_entries(pool, user, &attributes) {
        user_attribute_index::insert(tx, &pool.id, attribute, &value_key, &user.sub).await?;
    }
    Ok(Ok(()))
}

/// Writes a changed user, and what changed among aliases and search entries.
///
/// # Errors
/// An internal fault; the inner error is an alias that is taken. The caller then gives the transaction up.
pub async fn update(tx: &mut Tx, pool: &Pool, before: &User, after: &User) -> Result<Result<(), Conflict>, Fault> {
    users::update(tx, after).await?;
    let (old, new) = (attributes(before)?, attributes(after)?);
    let (old_aliases, new_aliases) = (aliases(pool, &old), aliases(pool, &new));
    for (attribute, value_key) in old_aliases.difference(&new_aliases) {
        user_aliases::delete(tx, &pool.id, attribute, value_key, &after.sub).await?;
    }
    for (attribute, value_key) in new_aliases.difference(&old_aliases) {
        if !user_aliases::insert(tx, &pool.id, attribute, value_key, &after.sub).await? {
            return Ok(Err(Conflict::Alias(attribute)));
        }
    }
    let (old_entries, new_entries) = (search_entries(pool, before, &old), search_entries(pool, after, &new));
    for (attribute, value_key) in old_entries.difference(&new_entries) {
        user_attribute_index::delete(tx, &pool.id, attribute, value_key, &after.sub).await?;
    }
    for (attribute, value_key) in new_entries.difference(&old_entries) {
        user_attribute_index::insert(tx, &pool.id, attribute, value_key, &after.sub).await?;
    }
    Ok(Ok(()))
}

async fn take_alias(
    tx: &mut Tx,
    pool: &Pool,
    attribute: &'static str,
    value_key: &str,
    user: &User,
) -> Result<(), Fault> {
    if let Some(sub) = user_aliases::find(tx, &pool.id, attribute, value_key).await?
        && let Some(holder) = users::find(tx, &pool.id, &sub).await?
    {
        let mut left = attributes(&holder)?;
        left.insert(format!("{attribute}_verified"), "false".to_owned());
        // The verified flags are no search entries, so the row alone changes.
        users::update(tx, &User { attributes: attributes_text(&left)?, ..holder }).await?;
    }
    Ok(user_aliases::put(tx, &pool.id, attribute, value_key, &user.sub).await?)
}

/// A user's attributes, without `sub`.
///
/// # Errors
/// An internal fault: the document is not one of ours.
pub fn attributes(user: &User) -> Result<Attributes, Fault> {
    serde_json::from_str(&user.attributes).map_err(Fault::internal)
}

/// Attributes as the row keeps them.
///
/// # Errors
/// An internal fault, which no map of texts causes.
pub fn attributes_text(attributes: &Attributes) -> Result<String, Fault> {
    serde_json::to_string(attributes).map_err(Fault::internal)
}

/// The value of an attribute as it is compared: addresses and names as case-sensitive as the pool.
pub fn value_key(pool: &Pool, attribute: &str, value: &str) -> String {
    match attribute {
        "email" | "preferred_username" | "username" => pool.key_of(value),
        _ => value.to_owned(),
    }
}

/// By what else the user signs in. An address that serves as alias counts only when it is verified; one that takes the
/// place of the user name always does.
fn aliases(pool: &Pool, attributes: &Attributes) -> BTreeSet<(&'static str, String)> {
    let counts = |attribute: &str| {
        let verified = || attributes.get(&format!("{attribute}_verified")).is_some_and(|flag| is_true(flag));
        pool.has_username_attribute(attribute)
            || pool.has_alias(attribute) && (attribute == "preferred_username" || verified())
    };
    let alias = |attribute: &'static str| {
        let value = attributes.get(attribute).filter(|value| !value.is_empty() && counts(attribute))?;
        Some((attribute, value_key(pool, attribute, value)))
    };
    ALIAS_ATTRIBUTES.into_iter().filter_map(alias).collect()
}

/// By what ListUsers finds the user, besides name and `sub`.
fn search_entries(pool: &Pool, user: &User, attributes: &Attributes) -> BTreeSet<(&'static str, String)> {
    let own = SEARCHED_ATTRIBUTES.into_iter().filter_map(|attribute| {
        let value = attributes.get(attribute).filter(|value| !value.is_empty())?;
        Some((attribute, value_key(pool, attribute, value)))
    });
    let enabled = if user.enabled { ENABLED } else { DISABLED };
    own.chain([("cognito:user_status", user.status.clone()), ("status", enabled.to_owned())]).collect()
}

/// Whether an attribute's text means true.
pub fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// The user as ListUsers, ListUsersInGroup and AdminCreateUser show it; `wanted` trims the attributes.
///
/// # Errors
/// An internal fault: the row's document is not one of ours.
pub fn shape(user: &User, wanted: Option<&[String]>) -> Result<UserType, Fault> {
    Ok(UserType {
        username: Some(user.name.clone()),
        attributes: Some(attribute_list(user, wanted)?),
        user_create_date: Some(user.created_ms.millis()),
        user_last_modified_date: Some(user.modified_ms.millis()),
        enabled: Some(user.enabled),
        user_status: Some(user.status.clone()),
        mfa_options: None,
    })
}

/// The attributes as a list, `sub` first.
///
/// # Errors
/// An internal fault: the row's document is not one of ours.
pub fn attribute_list(user: &User, wanted: Option<&[String]>) -> Result<Vec<AttributeType>, Fault> {
    let sub = [("sub".to_owned(), user.sub.to_string())];
    let all = sub.into_iter().chain(attributes(user)?);
    let kept = all.filter(|(name, _)| wanted.is_none_or(|wanted| wanted.contains(name)));
    Ok(kept.map(|(name, value)| AttributeType { name, value: Some(value) }).collect())
}

/// The user's failed attempts. The row keeps how many, and until when sign-in is locked; for fewer than five failures
/// the wait is nothing, and that is the moment of the last one.
pub fn lockout(user: &User) -> Lockout {
    let failures = u32::try_from(user.failed_sign_ins).unwrap_or(0);
    let until = user.locked_until_ms.unwrap_or_default();
    Lockout { failures, last_failure_at: until.plus_millis(-wait_ms(failures)) }
}

/// Until when this state locks sign-in, as [`lockout`] reads it.
pub fn locked_until(lockout: &Lockout) -> Option<Timestamp> {
    (lockout.failures > 0).then(|| lockout.last_failure_at.plus_millis(wait_ms(lockout.failures)))
}

/// How long this many failures lock sign-in, in milliseconds.
fn wait_ms(failures: u32) -> i64 {
    let at = Timestamp::default();
    Lockout { failures, last_failure_at: at }.admit(at).map_or_else(|locked| locked.until.millis(), |()| 0)
}

/// `UserStatus` of a user whose password is final.
pub const CONFIRMED: &str = "CONFIRMED";
/// `UserStatus` of a user who must choose a new password.
pub const FORCE_CHANGE_PASSWORD: &str = "FORCE_CHANGE_PASSWORD";

const ENABLED: &str = "Enabled";
const DISABLED: &str = "Disabled";
const ALIAS_ATTRIBUTES: [&str; 3] = ["email", "phone_number", "preferred_username"];
const SEARCHED_ATTRIBUTES: [&str; 6] =
    ["email", "phone_number", "name", "given_name", "family_name", "preferred_username"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_lockout_survives_the_row() {
        let mut state = Lockout::default();
        let mut now = Timestamp::from_seconds(1_000_000);
        for _ in 0..20 {
            state = state.after_failure(now);
            let row = User { failed_sign_ins: state.failures.into(), locked_until_ms: locked_until(&state), ..user() };
            assert_eq!(lockout(&row), state);
            now = now.plus_seconds(60);
        }
        assert_eq!(lockout(&user()), Lockout::default());
    }

    fn user() -> User {
        User {
            pool_id: "us-east-1_a".into(),
            sub: "s".into(),
            name: "ana".into(),
            name_key: "ana".into(),
            status: CONFIRMED.into(),
            enabled: true,
            attributes: "{}".into(),
            sealed_password: None,
            password_set_ms: None,
            temporary_password: false,
            failed_sign_ins: 0,
            locked_until_ms: None,
            tokens_valid_after_ms: None,
            created_ms: Timestamp::default(),
            modified_ms: Timestamp::default(),
        }
    }
}
