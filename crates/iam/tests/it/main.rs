//! IAM through the same door as a server's: one file per operation.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod add_client_id_to_open_id_connect_provider;
mod add_role_to_instance_profile;
mod add_user_to_group;
mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod change_password;
mod condition_keys;
mod create_access_key;
mod create_account_alias;
mod create_group;
mod create_instance_profile;
mod create_login_profile;
mod create_open_id_connect_provider;
mod create_policy;
mod create_policy_version;
mod create_role;
mod create_saml_provider;
mod create_service_linked_role;
mod create_user;
mod create_virtual_mfa_device;
mod deactivate_mfa_device;
mod delete_access_key;
mod delete_account_alias;
mod delete_account_password_policy;
mod delete_group;
mod delete_group_policy;
mod delete_instance_profile;
mod delete_login_profile;
mod delete_open_id_connect_provider;
mod delete_policy;
mod delete_policy_version;
mod delete_role;
mod delete_role_permissions_boundary;
mod delete_role_policy;
mod delete_saml_provider;
mod delete_service_linked_role;
mod delete_user;
mod delete_user_permissions_boundary;
mod delete_user_policy;
mod delete_virtual_mfa_device;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod disable_outbound_web_identity_federation;
mod enable_mfa_device;
mod enable_outbound_web_identity_federation;
mod generate_credential_report;
mod get_access_key_last_used;
mod get_account_authorization_details;
mod get_account_password_policy;
mod get_account_summary;
mod get_context_keys_for_custom_policy;
mod get_context_keys_for_principal_policy;
mod get_credential_report;
mod get_group;
mod get_group_policy;
mod get_instance_profile;
mod get_login_profile;
mod get_mfa_device;
mod get_open_id_connect_provider;
mod get_outbound_web_identity_federation_info;
mod get_policy;
mod get_policy_version;
mod get_role;
mod get_role_policy;
mod get_saml_provider;
mod get_service_linked_role_deletion_status;
mod get_user;
mod get_user_policy;
mod list_access_keys;
mod list_account_aliases;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;
mod list_entities_for_policy;
mod list_group_policies;
mod list_groups;
mod list_groups_for_user;
mod list_instance_profile_tags;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod list_mfa_device_tags;
mod list_mfa_devices;
mod list_open_id_connect_provider_tags;
mod list_open_id_connect_providers;
mod list_policies;
mod list_policies_granting_service_access;
mod list_policy_tags;
mod list_policy_versions;
mod list_role_policies;
mod list_role_tags;
mod list_roles;
mod list_saml_provider_tags;
mod list_saml_providers;
mod list_user_policies;
mod list_user_tags;
mod list_users;
mod list_virtual_mfa_devices;
mod put_group_policy;
mod put_role_permissions_boundary;
mod put_role_policy;
mod put_user_permissions_boundary;
mod put_user_policy;
mod remove_client_id_from_open_id_connect_provider;
mod remove_role_from_instance_profile;
mod remove_user_from_group;
mod resync_mfa_device;
mod service_linked;
mod set_default_policy_version;
mod set_security_token_service_preferences;
mod simulate_custom_policy;
mod simulate_principal_policy;
mod tag_instance_profile;
mod tag_mfa_device;
mod tag_open_id_connect_provider;
mod tag_policy;
mod tag_role;
mod tag_saml_provider;
mod tag_user;
mod untag_instance_profile;
mod untag_mfa_device;
mod untag_open_id_connect_provider;
mod untag_policy;
mod untag_role;
mod untag_saml_provider;
mod untag_user;
mod update_access_key;
mod update_account_password_policy;
mod update_assume_role_policy;
mod update_group;
mod update_login_profile;
mod update_open_id_connect_provider_thumbprint;
mod update_role;
mod update_role_description;
mod update_saml_provider;
mod update_user;

use serde_json::{Value, json};
use testkit::{Keys, World};

const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
const S3_READ: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const S3_FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";

async fn world() -> World {
    World::new(&[iam::operations()]).await
}

/// A trust policy that names these AWS principals.
fn trusting(principal: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole" },
    ]})
    .to_string()
}

/// A policy that allows one action on everything.
fn allowing(action: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" } })
        .to_string()
}

/// A role that the account trusts; its unique id.
async fn role(w: &World, name: &str) -> String {
    let input = json!({ "RoleName": name, "AssumeRolePolicyDocument": trusting(&json!("123456789012")) });
    w.call("CreateRole", &input).await.text_at("CreateRoleResponse.CreateRoleResult.Role.RoleId")
}

/// A user; its unique id.
async fn user(w: &World, name: &str) -> String {
    let answer = w.call("CreateUser", &json!({ "UserName": name })).await;
    answer.text_at("CreateUserResponse.CreateUserResult.User.UserId")
}

/// A group; its unique id.
async fn group(w: &World, name: &str) -> String {
    let answer = w.call("CreateGroup", &json!({ "GroupName": name })).await;
    answer.text_at("CreateGroupResponse.CreateGroupResult.Group.GroupId")
}

/// A managed policy of the account; its ARN.
async fn policy(w: &World, name: &str, document: &str) -> String {
    let answer = w.call("CreatePolicy", &json!({ "PolicyName": name, "PolicyDocument": document })).await;
    answer.text_at("CreatePolicyResponse.CreatePolicyResult.Policy.Arn")
}

/// A user with a key.
async fn user_with_key(w: &World, name: &str) -> Keys {
    user(w, name).await;
    key(w, name).await
}

/// A new key of a user.
async fn key(w: &World, name: &str) -> Keys {
    let answer = w.call("CreateAccessKey", &json!({ "UserName": name })).await;
    Keys::of(answer.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"))
}

/// Calls an operation as root; what it answers, without its envelope.
async fn result(w: &World, operation: &str, input: &Value) -> Value {
    unwrapped(operation, &w.call(operation, input).await)
}

/// What a good answer says, without its envelope.
#[track_caller]
fn unwrapped(operation: &str, answer: &testkit::Answer) -> Value {
    let envelope = answer.ok();
    envelope[format!("{operation}Response")][format!("{operation}Result")].clone()
}

/// A percent-encoded document as it was submitted.
fn decoded(document: &Value) -> String {
    percent_encoding::percent_decode_str(document.as_str().unwrap()).decode_utf8().unwrap().into_owned()
}
