//! Who may do what: the guard before a world of users, roles, buckets and tags, without any bytes of objects.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod accounts;
mod cognito_prefix;
mod condition_keys;
mod deletes;
mod existing_tags;
mod permissions;
mod public_access;
mod scene;
mod settings;
