//! UpdateRole: another description or longest session; what is left out stays.

use crate::{role, service_linked};
use contract::Fault;
use model::iam::shapes::{UpdateRoleRequest, UpdateRoleResponse};
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role and changes it.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: UpdateRoleRequest) -> Result<UpdateRoleResponse, Fault> {
    cx.write(async |tx| {
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        if input.max_session_duration.is_some() {
            service_linked::demand_session_modifiable(&found)?;
        }
        let changed = IamRole {
            description: input.description.clone().or(found.description),
            max_session_seconds: input.max_session_duration.unwrap_or(found.max_session_seconds),
            ..found
        };
        iam_roles::update(tx, &changed).await?;
        tx.touch_catalog().await?;
        Ok(UpdateRoleResponse {})
    })
    .await
}
