//! Stories of the identity-pool operations, told on a test world.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod classic_flow;
mod create_identity_pool;
mod delete_identities;
mod delete_identity_pool;
mod describe_identity;
mod describe_identity_pool;
mod get_credentials_for_identity;
mod get_id;
mod get_identity_pool_roles;
mod get_open_id_token;
mod hot_calls;
mod list_identities;
mod list_identity_pools;
mod logins;
mod merges;
mod set_identity_pool_roles;
mod support;
mod tags;
mod update_identity_pool;
mod walk;
