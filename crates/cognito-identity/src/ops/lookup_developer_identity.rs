//! LookupDeveloperIdentity: the identity of a developer's user, or the developer's users of an identity.

use crate::page::{MOST, Page};
use crate::{developer, pool};
use contract::Fault;
use domain::IdentityId;
use model::cognito_identity::{LookupDeveloperIdentityInput, LookupDeveloperIdentityResponse, error};
use service::Cx;
use store::table::identity_logins;

/// Answers what was not given; both are answered again if they belong together.
///
/// # Errors
/// `ResourceNotFoundException`: no such pool, identity or user; `InvalidParameterException`: neither is given, or the token is
/// not one of this listing; `ResourceConflictException`: both are given, and the user is another identity's.
pub async fn run(cx: &Cx, input: LookupDeveloperIdentityInput) -> Result<LookupDeveloperIdentityResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let provider = pool.settings.developer_provider.as_deref().unwrap_or_default();
    let id = input.identity_id.map(IdentityId::from);
    let scope = format!("developer users {} {}", pool.id, id.as_ref().map_or("", IdentityId::as_str));
    let page = Page::of(cx, scope, input.max_results.unwrap_or(MOST as i64), input.next_token.as_deref())?;
    let (identity_id, users, next_token) = match (id, input.developer_user_identifier) {
        (None, None) => {
            return Err(error::invalid_parameter("Please provide an IdentityId or a DeveloperUserIdentifier."));
        }
        (id, Some(user)) => {
            developer::demand_user(&user)?;
            let found = cx
                .read(async |tx| {
                    if let Some(id) = &id {
                        developer::identity_of(tx, &pool, id).await?;
                    }
                    Ok(developer::link_of(tx, &pool, provider, &user).await?.identity_id)
                })
                .await?;
            if let Some(id) = id.filter(|id| *id != found) {
                return Err(developer::linked_elsewhere(&user, &id));
            }
            (found, vec![user], None)
        }
        (Some(id), None) => {
            let (users, next_token) = cx
                .read(async |tx| {
                    developer::identity_of(tx, &pool, &id).await?;
                    let mut rows = identity_logins::list(tx, &id, provider, &page.after, page.fetch()).await?;
                    let next_token = page.cut(cx, &mut rows, |row| row.subject.as_str())?;
                    Ok((rows.into_iter().map(|row| row.subject).collect(), next_token))
                })
                .await?;
            (id, users, next_token)
        }
    };
    Ok(LookupDeveloperIdentityResponse {
        identity_id: Some(identity_id.to_string()),
        developer_user_identifier_list: Some(users),
        next_token,
    })
}
