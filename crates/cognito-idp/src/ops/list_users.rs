//! ListUsers: the users of a pool, or those that pass a filter; always an indexed search.

use crate::page::Page;
use crate::pool::{self, Pool};
use crate::user;
use contract::Fault;
use domain::user_filter::{self, FilterAttribute, FilterOp, UserFilter};
use model::cognito_idp::{ListUsersRequest, ListUsersResponse, error};
use service::Cx;
use store::table::user_attribute_index as index;
use store::table::users::{self, User};
use store::{StoreError, Tx};

/// Runs the operation.
///
/// # Errors
/// There is no such pool, the filter cannot be understood, or the token is not one of this listing.
pub async fn run(cx: &Cx, input: ListUsersRequest) -> Result<ListUsersResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let text = input.filter.as_deref().unwrap_or_default();
    let filter = user_filter::parse(text).map_err(|refused| error::invalid_parameter(refused.message()))?;
    let wanted = input.attributes_to_get.as_deref();
    let wanted_text = wanted.map(|names| names.join("\n")).unwrap_or_default();
    let scope = ["ListUsers", pool.id.as_str(), text, &wanted_text];
    let page = Page::of(cx, &scope, input.limit, input.pagination_token.as_deref())?;
    let found = cx.read(async |tx| Ok(search(tx, &pool, filter.as_ref(), &page).await?)).await?;
    let (found, pagination_token) = page.cut(cx, found, |(key, user)| vec![key.clone(), user.sub.to_string()])?;
    let users = found.iter().map(|(_, user)| user::shape(user, wanted)).collect::<Result<_, _>>()?;
    Ok(ListUsersResponse { users: Some(users), pagination_token })
}

/// The users of a page, each with the key it is sorted by (empty when that is `sub` alone).
async fn search(
    tx: &mut Tx,
    pool: &Pool,
    filter: Option<&UserFilter>,
    page: &Page,
) -> Result<Vec<(String, User)>, StoreError> {
    let (after_key, after_sub) = (page.after(0).unwrap_or_default(), page.after(1).unwrap_or_default());
    let by_sub = |users: Vec<User>| users.into_iter().map(|user| (String::new(), user)).collect();
    let by_name = |users: Vec<User>| users.into_iter().map(|user| (user.name_key.clone(), user)).collect();
    let limit = page.fetch();
    let Some(filter) = filter else {
        return Ok(by_sub(users::list(tx, &pool.id, after_sub, limit).await?));
    };
    let key = user::value_key(pool, filter.attribute.as_str(), &filter.value);
    match (filter.attribute, filter.op) {
        (FilterAttribute::Sub, FilterOp::Equals) => {
            let found = users::find(tx, &pool.id, &key.as_str().into()).await?;
            Ok(by_sub(found.into_iter().collect()))
        }
        (FilterAttribute::Sub, FilterOp::StartsWith) => {
            // A whole `sub` is longer than any prefix but itself, which the first page looks up.
            let mut found: Vec<User> = Vec::new();
            if after_sub.is_empty() {
                found.extend(users::find(tx, &pool.id, &key.as_str().into()).await?);
            }
            found.extend(users::list(tx, &pool.id, after_sub.max(&key), limit).await?);
            found.retain(|user| user.sub.as_str().starts_with(&key));
            Ok(by_sub(found))
        }
        (FilterAttribute::Username, FilterOp::Equals) => {
            Ok(by_name(users::find_by_name(tx, &pool.id, &key).await?.into_iter().collect()))
        }
        (FilterAttribute::Username, FilterOp::StartsWith) => {
            Ok(by_name(users::list_by_name_prefix(tx, &pool.id, &key, after_key, limit).await?))
        }
        (attribute, op) => {
            // `cognito:user_status` is compared without case; it is kept in upper case (spec/user-pools-api.md 9).
            let key = if attribute == FilterAttribute::UserStatus { key.to_uppercase() } else { key };
            let name = attribute.as_str();
            match op {
                FilterOp::Equals => Ok(by_sub(index::users_with(tx, &pool.id, name, &key, after_sub, limit).await?)),
                FilterOp::StartsWith => {
                    index::users_with_prefix(tx, &pool.id, name, &key, (after_key, after_sub), limit).await
                }
            }
        }
    }
}
