//! PutUserPermissionsBoundary: bounds what a user may do by a managed policy.

use crate::owner::OwnerKind;
use crate::{boundary, user};
use contract::Fault;
use model::iam::shapes::PutUserPermissionsBoundaryRequest;
use service::Cx;
use store::table::iam_users::{self, IamUser};

/// Finds the user and the policy, and sets the boundary.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`.
pub async fn run(cx: &Cx, input: PutUserPermissionsBoundaryRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = user::find(tx, cx.account(), &input.user_name).await?;
        boundary::demand(tx, cx.account(), &input.permissions_boundary, OwnerKind::User).await?;
        let boundary_arn = Some(input.permissions_boundary.clone());
        iam_users::update(tx, &IamUser { boundary_arn, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
