//! DeleteUserPermissionsBoundary: takes the boundary off a user.

use crate::user;
use contract::Fault;
use model::iam::shapes::DeleteUserPermissionsBoundaryRequest;
use service::Cx;
use store::table::iam_users::{self, IamUser};

/// Finds the user and takes its boundary off, if it has one.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: DeleteUserPermissionsBoundaryRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = user::find(tx, cx.account(), &input.user_name).await?;
        iam_users::update(tx, &IamUser { boundary_arn: None, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
