//! UpdateRoleDescription: another description; the older sibling of UpdateRole.

use crate::role;
use contract::Fault;
use model::iam::shapes::{UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse};
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role and changes it.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: UpdateRoleDescriptionRequest) -> Result<UpdateRoleDescriptionResponse, Fault> {
    cx.write(async |tx| {
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        let changed = IamRole { description: Some(input.description.clone()), ..found };
        iam_roles::update(tx, &changed).await?;
        tx.touch_catalog().await?;
        Ok(UpdateRoleDescriptionResponse { role: Some(role::listed(tx, &changed).await?) })
    })
    .await
}
