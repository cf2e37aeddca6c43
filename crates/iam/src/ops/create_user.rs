//! CreateUser: a user, without keys and permissions.

use crate::owner::OwnerKind;
use crate::{boundary, name, quota, tags, user};
use contract::Fault;
use domain::IamUserId;
use domain::new_id::{EntityKind, entity_id};
use model::iam::error;
use model::iam::shapes::{CreateUserRequest, CreateUserResponse};
use service::Cx;
use store::table::iam_users::{self, IamUser};

/// Keeps the user, if the name is free.
///
/// # Errors
/// `EntityAlreadyExists`, `LimitExceeded`, `InvalidInput`.
pub async fn run(cx: &Cx, input: CreateUserRequest) -> Result<CreateUserResponse, Fault> {
    let tags = tags::store(input.tags.as_deref())?;
    let id = IamUserId::from(entity_id(EntityKind::User, cx.random()));
    cx.write(async |tx| {
        if let Some(arn) = &input.permissions_boundary {
            boundary::demand(tx, cx.account(), arn, OwnerKind::User).await?;
        }
        let row = IamUser {
            account_id: cx.account().clone(),
            name_key: name::key(&input.user_name),
            name: input.user_name.clone(),
            id: id.clone(),
            path: name::path(input.path.clone()),
            boundary_arn: input.permissions_boundary.clone(),
            tags: tags.clone(),
            created_ms: cx.now(),
        };
        if !iam_users::insert(tx, &row).await? {
            return Err(error::entity_already_exists(format!("User with name {} already exists.", input.user_name)));
        }
        if iam_users::count(tx, cx.account()).await? > quota::USERS {
            return Err(quota::exceeded("UsersPerAccount", quota::USERS));
        }
        tx.touch_catalog().await?;
        Ok(CreateUserResponse { user: Some(user::described(&row)?) })
    })
    .await
}
