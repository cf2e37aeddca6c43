//! Cognito user pools: pools, app clients, users, groups and sign-in, as the `cognito-idp` service answers them.
//!
//! Left to others: bytes and signatures (`wire`, `gate`), what a password, a token or an attribute is (`domain`), SQL
//! (`store`). Whoever signs users in by another door, such as hosted pages, uses [`sign_in`].

pub mod client;
mod condition_keys;
pub mod discovery;
mod document;
mod fault;
mod group;
mod invitation;
pub mod ops;
mod page;
mod password;
pub mod pool;
mod schema;
mod settings;
pub mod sign_in;
pub mod signing;
mod user;

/// The operations of this service.
pub fn operations() -> &'static [service::Entry] {
    service::operations![
        condition_keys: crate::condition_keys::of_call;
        model::cognito_idp::AdminAddUserToGroup => crate::ops::admin_add_user_to_group,
        model::cognito_idp::AdminCreateUser => crate::ops::admin_create_user,
        model::cognito_idp::AdminDeleteUser => crate::ops::admin_delete_user,
        model::cognito_idp::AdminGetUser => crate::ops::admin_get_user,
        model::cognito_idp::AdminInitiateAuth => crate::ops::admin_initiate_auth,
        model::cognito_idp::AdminListGroupsForUser => crate::ops::admin_list_groups_for_user,
        model::cognito_idp::AdminRemoveUserFromGroup => crate::ops::admin_remove_user_from_group,
        model::cognito_idp::AdminRespondToAuthChallenge => crate::ops::admin_respond_to_auth_challenge,
        model::cognito_idp::AdminSetUserPassword => crate::ops::admin_set_user_password,
        model::cognito_idp::CreateGroup => crate::ops::create_group,
        model::cognito_idp::CreateUserPool => crate::ops::create_user_pool,
        model::cognito_idp::CreateUserPoolClient => crate::ops::create_user_pool_client,
        model::cognito_idp::DeleteGroup => crate::ops::delete_group,
        model::cognito_idp::DeleteUserPool => crate::ops::delete_user_pool,
        model::cognito_idp::DeleteUserPoolClient => crate::ops::delete_user_pool_client,
        model::cognito_idp::DescribeUserPool => crate::ops::describe_user_pool,
        model::cognito_idp::DescribeUserPoolClient => crate::ops::describe_user_pool_client,
        model::cognito_idp::GetGroup => crate::ops::get_group,
        model::cognito_idp::InitiateAuth => crate::ops::initiate_auth,
        model::cognito_idp::ListGroups => crate::ops::list_groups,
        model::cognito_idp::ListUserPoolClients => crate::ops::list_user_pool_clients,
        model::cognito_idp::ListUserPools => crate::ops::list_user_pools,
        model::cognito_idp::ListUsers => crate::ops::list_users,
        model::cognito_idp::ListUsersInGroup => crate::ops::list_users_in_group,
        model::cognito_idp::RespondToAuthChallenge => crate::ops::respond_to_auth_challenge,
    ]
}
