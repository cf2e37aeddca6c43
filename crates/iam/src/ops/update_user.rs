//! UpdateUser: another name or path for a user; keys, policies and groups stay.

use crate::{name, permission, user};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::UpdateUserRequest;
use service::Cx;
use store::table::iam_users::{self, IamUser};

/// Finds the user, sees that the new name is free, and renames it.
///
/// # Errors
/// `NoSuchEntity`, `EntityAlreadyExists`; `AccessDenied` when the caller may not do so with the user as it will be.
pub async fn run(cx: &Cx, input: UpdateUserRequest) -> Result<(), Fault> {
    let renamed = |found: IamUser| IamUser {
        name_key: input.new_user_name.as_deref().map_or(found.name_key, name::key),
        name: input.new_user_name.clone().unwrap_or(found.name),
        path: input.new_path.clone().unwrap_or(found.path),
        ..found
    };
    let found = cx.read(async |tx| user::find(tx, cx.account(), &input.user_name).await).await?;
    permission::demand_on(cx, "iam:UpdateUser", &user::arn(&renamed(found))).await?;
    cx.write(async |tx| {
        // Found again: tags or boundary may have changed meanwhile.
        let changed = renamed(user::find(tx, cx.account(), &input.user_name).await?);
        let namesake = iam_users::find(tx, cx.account(), &changed.name_key).await?;
        if namesake.is_some_and(|other| other.id != changed.id) {
            return Err(error::entity_already_exists(format!("User with name {} already exists.", changed.name)));
        }
        iam_users::update(tx, &changed).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
