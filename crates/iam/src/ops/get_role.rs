//! GetRole: one role.

use crate::role;
use contract::Fault;
use model::iam::shapes::{GetRoleRequest, GetRoleResponse};
use service::Cx;

/// Finds the role.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: GetRoleRequest) -> Result<GetRoleResponse, Fault> {
    cx.read(async |tx| {
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        Ok(GetRoleResponse { role: role::described(tx, cx, &found).await? })
    })
    .await
}
