//! Permissions that a call needs besides its own.

use contract::Fault;
use gate::Asked;
use model::iam::error;
use service::Cx;

/// The caller has this permission too.
///
/// # Errors
/// `AccessDenied`, in the gate's words.
pub async fn demand(cx: &Cx, asked: Asked<'_>) -> Result<(), Fault> {
    cx.permit(asked).await?.map_err(error::access_denied)
}

/// The caller has the permission for an action on one more resource.
///
/// # Errors
/// As [`demand`].
pub async fn demand_on(cx: &Cx, action: &str, resource: &str) -> Result<(), Fault> {
    demand(cx, Asked { action, resource: Some(resource), extra: Default::default() }).await
}
