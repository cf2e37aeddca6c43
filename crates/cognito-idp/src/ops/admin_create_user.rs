//! AdminCreateUser: makes a user who is invited with a temporary password, or invites one again.

use crate::pool::{self, Pool};
use crate::user::{self, Attributes, Conflict};
use crate::{fault, invitation, password};
use contract::Fault;
use domain::new_id;
use domain::secret::SecretText;
use domain::user_attributes::{check_value, is_email, is_phone_number, missing_required, missing_required_message};
use model::cognito_idp::{AdminCreateUserRequest, AdminCreateUserResponse, AttributeType, error};
use service::Cx;
use store::table::outbox;
use store::table::users::{self, User};

/// Runs the operation. The invitation is a row in the outbox.
///
/// # Errors
/// There is no such pool, the name or an alias is taken, the password or an attribute is refused, or the user to invite
/// again is not there or needs no invitation.
pub async fn run(cx: &Cx, input: AdminCreateUserRequest) -> Result<AdminCreateUserResponse, Fault> {
    if let Some(given) = &input.temporary_password {
        password::check_shape("temporaryPassword", given)?;
    }
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let user = if input.message_action.as_deref() == Some("RESEND") {
        invite_again(cx, &pool, &input).await?
    } else {
        create(cx, &pool, &input).await?
    };
    Ok(AdminCreateUserResponse { user: Some(user::shape(&user, None)?) })
}

async fn create(cx: &Cx, pool: &Pool, input: &AdminCreateUserRequest) -> Result<User, Fault> {
    let sub = new_id::user_sub(cx.random());
    let mut attributes = given_attributes(pool, input.user_attributes.as_deref().unwrap_or_default())?;
    let name = name_of(pool, &input.username, sub.as_str(), &mut attributes)?;
    // Where codes may be the first factor, no password was asked for by not giving one (spec/user-pools-api.md 8.3).
    let passwordless = input.temporary_password.is_none() && pool.allows_passwordless();
    check_required(pool, &attributes, passwordless)?;
    let temporary = if passwordless { None } else { Some(temporary_password(cx, pool, input)?) };
    let sealed = temporary.as_ref().map(|given| password::seal(cx, pool, &sub, &name, given.reveal())).transpose()?;
    let user = User {
        pool_id: pool.id.clone(),
        sub,
        name_key: pool.key_of(&name),
        name,
        status: if passwordless { user::CONFIRMED } else { user::FORCE_CHANGE_PASSWORD }.to_owned(),
        enabled: true,
        attributes: user::attributes_text(&attributes)?,
        password_set_ms: sealed.as_ref().map(|_| cx.now()),
        sealed_password: sealed,
        temporary_password: !passwordless,
        failed_sign_ins: 0,
        locked_until_ms: None,
        tokens_valid_after_ms: None,
        created_ms: cx.now(),
        modified_ms: cx.now(),
    };
    let invitation = match input.message_action.as_deref() {
        Some("SUPPRESS") => None,
        _ => invitation::write(cx, pool, input, &attributes, temporary.as_ref())?,
    };
    let force_alias = input.force_alias_creation == Some(true);
    cx.write(async |tx| {
        pool::hold(tx, pool).await?;
        user::insert(tx, pool, &user, force_alias).await?.map_err(|conflict| taken(pool, conflict))?;
        if let Some(message) = &invitation {
            outbox::insert(tx, message).await?;
        }
        Ok(())
    })
    .await?;
    Ok(user)
}

/// A new temporary password for a user who never used the old one.
async fn invite_again(cx: &Cx, pool: &Pool, input: &AdminCreateUserRequest) -> Result<User, Fault> {
    let found = cx.read(async |tx| Ok(user::find(tx, pool, &input.username).await?)).await?;
    let found = found.ok_or_else(fault::no_such_user)?;
    may_be_invited(&found)?;
    let temporary = temporary_password(cx, pool, input)?;
    let sealed = password::seal(cx, pool, &found.sub, &found.name, temporary.reveal())?;
    let invitation = invitation::write(cx, pool, input, &user::attributes(&found)?, Some(&temporary))?;
    cx.write(async |tx| {
        let before = users::find(tx, &pool.id, &found.sub).await?.ok_or_else(fault::no_such_user)?;
        may_be_invited(&before)?;
        let after = User {
            sealed_password: Some(sealed.clone()),
            password_set_ms: Some(cx.now()),
            temporary_password: true,
            failed_sign_ins: 0,
            locked_until_ms: None,
            modified_ms: cx.now(),
            ..before
        };
        users::update(tx, &after).await?;
        if let Some(message) = &invitation {
            outbox::insert(tx, message).await?;
        }
        Ok(after)
    })
    .await
}

fn may_be_invited(user: &User) -> Result<(), Fault> {
    if user.status == user::FORCE_CHANGE_PASSWORD {
        return Ok(());
    }
    Err(error::unsupported_user_state(format!(
        "Resend not possible. {} status is not FORCE_CHANGE_PASSWORD",
        user.name
    )))
}

/// The attributes as they will be kept: checked against the schema, empty ones left out.
fn given_attributes(pool: &Pool, given: &[AttributeType]) -> Result<Attributes, Fault> {
    let mut attributes = Attributes::new();
    for AttributeType { name, value } in given {
        let value = value.as_deref().unwrap_or_default();
        if matches!(name.as_str(), "sub" | "identities") {
            return Err(error::invalid_parameter(format!("Cannot modify the non-mutable attribute {name}")));
        }
        check_value(&pool.schema, name, value).map_err(|refused| error::invalid_parameter(refused.message()))?;
        if !value.is_empty() {
            attributes.insert(name.clone(), value.to_owned());
        }
    }
    Ok(attributes)
}

/// The real user name. Where addresses take its place, it is the `sub`, and the address becomes an attribute
/// (spec/user-pools-api.md 6).
fn name_of(pool: &Pool, given: &str, sub: &str, attributes: &mut Attributes) -> Result<String, Fault> {
    if !pool.has_username_attributes() {
        return plain_name(pool, given);
    }
    let (email, phone) = (pool.has_username_attribute("email"), pool.has_username_attribute("phone_number"));
    let attribute = match () {
        () if email && is_email(given) => "email",
        () if phone && is_phone_number(given) => "phone_number",
        () => {
            return Err(error::invalid_parameter(match (email, phone) {
                (true, true) => "Username should be either an email or a phone number.",
                (true, false) => "Username should be an email.",
                (false, _) => "Username should be a phone number.",
            }));
        }
    };
    check_value(&pool.schema, attribute, given).map_err(|refused| error::invalid_parameter(refused.message()))?;
    let differs = |value: &String| user::value_key(pool, attribute, value) != user::value_key(pool, attribute, given);
    if attributes.get(attribute).is_some_and(differs) {
        return Err(error::invalid_parameter(format!("The attribute {attribute} differs from the username.")));
    }
    attributes.entry(attribute.to_owned()).or_insert_with(|| given.to_owned());
    Ok(sub.to_owned())
}

fn plain_name(pool: &Pool, given: &str) -> Result<String, Fault> {
    for (attribute, looks_like, words) in [
        ("email", is_email(given), ("email format", "email alias")),
        ("phone_number", is_phone_number(given), ("phone number format", "phone number alias")),
    ] {
        if looks_like && pool.has_alias(attribute) {
            return Err(error::invalid_parameter(format!(
                "Username cannot be of {}, since user pool is configured for {}.",
                words.0, words.1
            )));
        }
    }
    Ok(pool.key_of(given))
}

/// What a temporary password lets the user add later may be missing now; without a password everything is needed, and
/// what can never be added later is needed always.
fn check_required(pool: &Pool, attributes: &Attributes, passwordless: bool) -> Result<(), Fault> {
    let mut missing = missing_required(&pool.schema, |name| attributes.contains_key(name));
    let mutable = |name: &str| pool.schema.iter().any(|attribute| attribute.name == name && attribute.mutable);
    missing.retain(|name| passwordless || !mutable(name));
    if missing.is_empty() { Ok(()) } else { Err(error::invalid_parameter(missing_required_message(&missing))) }
}

fn temporary_password(cx: &Cx, pool: &Pool, input: &AdminCreateUserRequest) -> Result<SecretText, Fault> {
    let Some(given) = &input.temporary_password else {
        return Ok(pool.password_policy.temporary_password(&cx.random()));
    };
    let policy = pool.password_policy.check(given);
    policy.map_err(|violation| error::invalid_password(violation.sign_up_message()))?;
    Ok(SecretText::new(given.clone()))
}

fn taken(pool: &Pool, conflict: Conflict) -> Fault {
    match conflict {
        Conflict::Name => error::username_exists("User account already exists"),
        Conflict::Alias(attribute) if pool.has_username_attribute(attribute) => {
            error::username_exists("User account already exists")
        }
        Conflict::Alias(attribute) => {
            error::alias_exists(format!("An account with the given {attribute} already exists."))
        }
    }
}
