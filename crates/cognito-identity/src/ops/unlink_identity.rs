//! UnlinkIdentity: logins of public providers no longer have their identity. Unsigned.

use crate::{identity, login, visit};
use contract::Fault;
use domain::IdentityId;
use domain::identity_linking::LinkRefusal;
use model::cognito_identity::{UnlinkIdentityInput, error};
use service::Cx;

/// Unlinks the logins of the providers named, for whoever shows a login of the identity. They are new the next time, and an
/// identity without any login left is out of everybody's reach. A provider that is not linked is passed over.
///
/// Only the developer unlinks the developer's users.
///
/// # Errors
/// `ResourceNotFoundException`; `NotAuthorizedException`: a login that is not valid, or none that is the identity's;
/// `InvalidParameterException`.
pub async fn run(cx: &Cx, input: UnlinkIdentityInput) -> Result<(), Fault> {
    let id = IdentityId::from(input.identity_id);
    let visit = visit::begin(cx, id.clone()).await?;
    let pool = &visit.pool;
    if input.logins.is_empty() {
        return Err(identity::refused(cx, &LinkRefusal::LoginsDoNotMatch));
    }
    let developer = pool.settings.developer_provider.as_ref();
    if let Some(name) = developer.filter(|name| input.logins_to_remove.contains(*name)) {
        cx.decision().failed("login", format!("`{name}` is the developer provider: only signed calls may unlink it"));
        return Err(error::invalid_parameter("Please provide a valid public provider."));
    }
    let logins = login::verify(cx, pool, &input.logins, false).await?;
    identity::unlink(cx, pool, &id, &logins, &input.logins_to_remove).await
}
