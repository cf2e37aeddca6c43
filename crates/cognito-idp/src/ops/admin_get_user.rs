//! AdminGetUser: one user, with every attribute.

use crate::{fault, pool, user};
use contract::Fault;
use model::cognito_idp::{AdminGetUserRequest, AdminGetUserResponse};
use service::Cx;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or user.
pub async fn run(cx: &Cx, input: AdminGetUserRequest) -> Result<AdminGetUserResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let user = cx.read(async |tx| Ok(user::find(tx, &pool, &input.username).await?)).await?;
    let user = user.ok_or_else(fault::no_such_user)?;
    Ok(AdminGetUserResponse {
        user_attributes: Some(user::attribute_list(&user, None)?),
        user_create_date: Some(user.created_ms.millis()),
        user_last_modified_date: Some(user.modified_ms.millis()),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
        username: user.name,
        ..AdminGetUserResponse::default()
    })
}
