//! TagRole: sets tags of a role; others stay.

use crate::{role, tags};
use contract::Fault;
use model::iam::shapes::TagRoleRequest;
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: TagRoleRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        let tags = tags::merge(&found.tags, &input.tags, "TagsPerRole")?;
        iam_roles::update(tx, &IamRole { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
