//! Users: found by name or as the caller, shown as replies carry them.

use crate::{boundary, name, tags};
use contract::Fault;
use domain::AccountId;
use domain::session::SessionPrincipal;
use model::iam::{error, shapes};
use service::{Caller, Cx};
use store::Tx;
use store::table::iam_users::{self, IamUser};

/// The user of this name, spelled as created.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, user_name: &str) -> Result<IamUser, Fault> {
    let found = iam_users::find(tx, account, &name::key(user_name)).await?;
    found
        .filter(|user| user.name == user_name)
        .ok_or_else(|| error::no_such_entity(format!("The user with name {user_name} cannot be found.")))
}

/// Whom a call is about that may leave the user's name out.
#[derive(Debug)]
pub enum Subject {
    /// A user.
    User(IamUser),
    /// The account's root user, who called without a name.
    Root,
}

/// The user named, or else the caller.
///
/// # Errors
/// `NoSuchEntity`; `ValidationError` when the caller is no user (a role session).
pub async fn named_or_caller(tx: &mut Tx, cx: &Cx, user_name: Option<&str>) -> Result<Subject, Fault> {
    let account = cx.account();
    let calling = match (&cx.caller, user_name) {
        (_, Some(user_name)) => user_name,
        (Caller::Root { .. }, None) => return Ok(Subject::Root),
        (Caller::User { user, .. }, None) => &user.name,
        (Caller::Session(session), None) => match &session.principal {
            SessionPrincipal::Root => return Ok(Subject::Root),
            SessionPrincipal::User { user_name, .. } => user_name,
            SessionPrincipal::AssumedRole { .. } | SessionPrincipal::FederatedUser { .. } => return Err(no_user()),
        },
        (Caller::Anonymous, None) => return Err(no_user()),
    };
    find(tx, account, calling).await.map(Subject::User)
}

/// The caller is no user, and the call names none.
pub fn no_user() -> Fault {
    error::validation_error("Must specify userName when calling with non-User credentials")
}

/// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
pub fn arn(user: &IamUser) -> String {
    name::arn(&user.account_id, "user", &user.path, &user.name)
}

/// The user as lists show it: without tags and boundary.
pub fn listed(user: &IamUser) -> shapes::User {
    shapes::User {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: user.id.to_string(),
        arn: arn(user),
        create_date: user.created_ms.millis(),
        ..shapes::User::default()
    }
}

/// The user as `CreateUser` and `GetUser` answer it.
///
/// # Errors
/// The stored tags do not parse.
pub fn described(user: &IamUser) -> Result<shapes::User, Fault> {
    Ok(shapes::User {
        permissions_boundary: boundary::shown(user.boundary_arn.as_deref()),
        tags: tags::shown(&user.tags)?,
        ..listed(user)
    })
}
