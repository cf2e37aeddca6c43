//! GetUser: one user, or whoever calls.

use crate::user::{self, Subject};
use contract::Fault;
use model::iam::shapes::{GetUserRequest, GetUserResponse, User};
use service::Cx;
use store::table::iam_access_keys;

/// Finds the user.
///
/// # Errors
/// `NoSuchEntity`; `ValidationError` when no name is given and the caller is no user.
pub async fn run(cx: &Cx, input: GetUserRequest) -> Result<GetUserResponse, Fault> {
    cx.read(async |tx| {
        let user = match user::named_or_caller(tx, cx, input.user_name.as_deref()).await? {
            Subject::User(found) => user::described(&found)?,
            Subject::Root => {
                let account = cx.account();
                // The account is as old as its oldest key: nothing else says when it began.
                let keys = iam_access_keys::list(tx, account, account.as_str(), "", 100).await?;
                let created = keys.iter().map(|key| key.created_ms).min().unwrap_or_else(|| cx.now());
                User {
                    user_id: account.to_string(),
                    arn: format!("arn:aws:iam::{account}:root"),
                    create_date: created.millis(),
                    ..User::default()
                }
            }
        };
        Ok(GetUserResponse { user })
    })
    .await
}
