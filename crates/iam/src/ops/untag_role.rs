//! UntagRole: removes tags of a role by their keys.

use crate::{role, tags};
use contract::Fault;
use model::iam::shapes::UntagRoleRequest;
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role and removes its tags.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: UntagRoleRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        let tags = tags::remove(&found.tags, &input.tag_keys)?;
        iam_roles::update(tx, &IamRole { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
