//! Stories of the identity-pool operations, told on a test world.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod classic_flow;
mod create_identity_pool;
mod delete_identities;
mod delete_identity_pool;
mod describe_identity;
mod describe_identity_pool;
mod developer_flows;
mod developers;
mod get_credentials_for_identity;
mod get_id;
mod get_identity_pool_roles;
mod get_open_id_token;
mod get_open_id_token_for_developer_identity;
mod hot_calls;
mod list_identities;
mod list_identity_pools;
mod logins;
mod lookup_developer_identity;
mod merge_developer_identities;
mod merges;
mod oidc_logins;
mod outside;
mod principal_tags;
mod public_logins;
mod saml_logins;
mod set_identity_pool_roles;
mod simultaneous;
mod support;
mod tags;
mod unlink_developer_identity;
mod unlink_identity;
mod update_identity_pool;
mod walk;
