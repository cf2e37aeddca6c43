//! CreateGroup: makes a group, with a role for its members if one is given.

use crate::{group, pool};
use contract::Fault;
use model::cognito_idp::{CreateGroupRequest, CreateGroupResponse, error};
use service::Cx;
use store::table::groups::{self, Group};

/// Runs the operation. Groups are no catalog: tokens read them from the store.
///
/// # Errors
/// There is no such pool, the name is taken, or the caller may not pass the role.
pub async fn run(cx: &Cx, input: CreateGroupRequest) -> Result<CreateGroupResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    if let Some(role) = &input.role_arn {
        // The group's role goes to its members by way of their tokens: who may not pass the role may not hand it out so.
        let passed = cx.may_pass_role(role, "cognito-idp.amazonaws.com").await?;
        passed.map_err(|sentence| error::access_denied(sentence).with_capital_message())?;
    }
    let row = Group {
        pool_id: pool.id.clone(),
        name: input.group_name,
        description: input.description,
        role_arn: input.role_arn,
        precedence: input.precedence,
        created_ms: cx.now(),
        modified_ms: cx.now(),
    };
    cx.write(async |tx| {
        pool::hold(tx, &pool).await?;
        if groups::insert(tx, &row).await? {
            Ok(())
        } else {
            Err(error::group_exists("A group with the name already exists"))
        }
    })
    .await?;
    Ok(CreateGroupResponse { group: Some(group::shape(row)) })
}
