//! The developer's own users: the provider's name, the user identifiers, and where they are linked.

use crate::fault;
use crate::identity::{self, Found};
use crate::pool::Pool;
use contract::Fault;
use domain::IdentityId;
use domain::identity_token::developer_login;
use domain::login_token::VerifiedLogin;
use model::cognito_identity::error;
use service::Cx;
use std::collections::BTreeMap;
use store::Tx;
use store::table::identity_logins::{self, IdentityLogin};

/// Takes the developer's user out of the `Logins` of a signed call; the others stay, to be verified.
///
/// # Errors
/// `InvalidParameterException`.
pub fn take_login(cx: &Cx, pool: &Pool, logins: &mut BTreeMap<String, String>) -> Result<VerifiedLogin, Fault> {
    let name = pool.settings.developer_provider.as_ref();
    let taken = name.and_then(|name| logins.remove_entry(name));
    let Some((name, user)) = taken else {
        let named: Vec<&str> = logins.keys().map(String::as_str).collect();
        let configured = name.map_or("none", |name| name.as_str());
        let text = format!("the developer provider is `{configured}`, Logins has [{}]", named.join(", "));
        cx.decision().failed("login", text);
        return Err(no_such_provider());
    };
    demand_user(&user)?;
    cx.decision().passed("login", format!("`{name}`: `{user}`, by the word of {}", pool.account));
    Ok(developer_login(&name, &pool.id, &user))
}

/// The pool's developer provider, which a request names.
///
/// # Errors
/// `InvalidParameterException`: it is another, or the pool has none.
pub fn demand_provider(pool: &Pool, name: &str) -> Result<(), Fault> {
    if pool.settings.developer_provider.as_deref() == Some(name) { Ok(()) } else { Err(no_such_provider()) }
}

/// What a user identifier must satisfy, wherever it stands: 1 to 1024 characters (spec/identity-pools.md 3), as many bytes as an
/// index takes, and no NUL, which no store takes.
///
/// # Errors
/// `InvalidParameterException`.
pub fn demand_user(user: &str) -> Result<(), Fault> {
    if user.is_empty() || user.chars().count() > USER_CHARACTERS_MOST || user.len() > USER_BYTES_MOST {
        return Err(error::invalid_parameter(format!(
            "A developer user identifier has 1 to {USER_CHARACTERS_MOST} characters, and no more than {USER_BYTES_MOST} bytes."
        )));
    }
    if user.contains('\0') {
        return Err(error::invalid_parameter("A developer user identifier cannot contain the character NUL."));
    }
    Ok(())
}

/// The identity of this pool that a request names.
///
/// # Errors
/// `ResourceNotFoundException`, for an identity of another pool too.
pub async fn identity_of(tx: &mut Tx, pool: &Pool, id: &IdentityId) -> Result<Found, Fault> {
    let found = identity::find(tx, id).await?.filter(|found| found.named.pool_id == pool.id);
    found.ok_or_else(|| fault::no_such_identity(id))
}

/// The link of a developer's user.
///
/// # Errors
/// `ResourceNotFoundException`: it has none. (The service's sentence is not known.)
pub async fn link_of(tx: &mut Tx, pool: &Pool, provider: &str, user: &str) -> Result<IdentityLogin, Fault> {
    let link = identity_logins::find(tx, &pool.id, provider, user).await?;
    link.ok_or_else(|| error::resource_not_found(format!("Developer user identifier '{user}' not found.")))
}

/// The user is linked, and not to the identity that the request names. (The service's sentence is not known.)
pub fn linked_elsewhere(user: &str, id: &IdentityId) -> Fault {
    error::resource_conflict(format!("Developer user identifier '{user}' is not linked to identity '{id}'."))
}

fn no_such_provider() -> Fault {
    error::invalid_parameter("This identity pool does not support the specified developer provider")
}

/// spec/identity-pools.md 3.
const USER_CHARACTERS_MOST: usize = 1024;

/// A row of a PostgreSQL index holds 2704 bytes: the user, and the names of pool or identity and provider beside it.
const USER_BYTES_MOST: usize = 2048;
