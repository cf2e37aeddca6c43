//! One file per operation, named as the SDKs name it.

pub mod admin_add_user_to_group;
pub mod admin_create_user;
pub mod admin_delete_user;
pub mod admin_get_user;
pub mod admin_initiate_auth;
pub mod admin_list_groups_for_user;
pub mod admin_remove_user_from_group;
pub mod admin_respond_to_auth_challenge;
pub mod admin_set_user_password;
pub mod create_group;
pub mod create_user_pool;
pub mod create_user_pool_client;
pub mod delete_group;
pub mod delete_user_pool;
pub mod delete_user_pool_client;
pub mod describe_user_pool;
pub mod describe_user_pool_client;
pub mod get_group;
pub mod initiate_auth;
pub mod list_groups;
pub mod list_user_pool_clients;
pub mod list_user_pools;
pub mod list_users;
pub mod list_users_in_group;
pub mod respond_to_auth_challenge;
