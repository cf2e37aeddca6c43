//! IAM: users, roles, their policies and keys.
//!
//! Left to others: whether a caller may (`gate`), the policy language (`iam-policy`), bytes and protocols (`wire`).

mod access_key;
mod attachment;
mod aws_catalogue;
mod boundary;
mod condition_keys;
mod credential_report;
mod details;
mod document;
mod exclusion;
mod group;
mod holdings;
mod inline_policy;
mod instance_profile;
mod last_use;
mod login_profile;
mod managed_policy;
mod mfa;
mod name;
mod oidc_provider;
mod ops;
mod owner;
mod page;
mod password_policy;
mod permission;
mod policy_version;
mod provider_arn;
mod qr_png;
mod quota;
mod role;
mod saml_provider;
mod service_linked;
mod simulation;
mod simulation_input;
mod tagged_resource;
mod tags;
mod trust;
mod user;

/// The operations that this build answers.
pub fn operations() -> &'static [service::Entry] {
    service::operations![
        condition_keys: crate::condition_keys::of_call;
        model::iam::AddClientIDToOpenIDConnectProvider => ops::add_client_id_to_open_id_connect_provider,
        model::iam::AddRoleToInstanceProfile => ops::add_role_to_instance_profile,
        model::iam::AddUserToGroup => ops::add_user_to_group,
        model::iam::AttachGroupPolicy => ops::attach_group_policy,
        model::iam::AttachRolePolicy => ops::attach_role_policy,
        model::iam::AttachUserPolicy => ops::attach_user_policy,
        model::iam::ChangePassword => ops::change_password,
        model::iam::CreateAccessKey => ops::create_access_key,
        model::iam::CreateAccountAlias => ops::create_account_alias,
        model::iam::CreateGroup => ops::create_group,
        model::iam::CreateInstanceProfile => ops::create_instance_profile,
        model::iam::CreateLoginProfile => ops::create_login_profile,
        model::iam::CreateOpenIDConnectProvider => ops::create_open_id_connect_provider,
        model::iam::CreatePolicy => ops::create_policy,
        model::iam::CreatePolicyVersion => ops::create_policy_version,
        model::iam::CreateRole => ops::create_role,
        model::iam::CreateSAMLProvider => ops::create_saml_provider,
        model::iam::CreateServiceLinkedRole => ops::create_service_linked_role,
        model::iam::CreateUser => ops::create_user,
        model::iam::CreateVirtualMFADevice => ops::create_virtual_mfa_device,
        model::iam::DeactivateMFADevice => ops::deactivate_mfa_device,
        model::iam::DeleteAccessKey => ops::delete_access_key,
        model::iam::DeleteAccountAlias => ops::delete_account_alias,
        model::iam::DeleteAccountPasswordPolicy => ops::delete_account_password_policy,
        model::iam::DeleteGroup => ops::delete_group,
        model::iam::DeleteGroupPolicy => ops::delete_group_policy,
        model::iam::DeleteInstanceProfile => ops::delete_instance_profile,
        model::iam::DeleteLoginProfile => ops::delete_login_profile,
        model::iam::DeleteOpenIDConnectProvider => ops::delete_open_id_connect_provider,
        model::iam::DeletePolicy => ops::delete_policy,
        model::iam::DeletePolicyVersion => ops::delete_policy_version,
        model::iam::DeleteRole => ops::delete_role,
        model::iam::DeleteRolePermissionsBoundary => ops::delete_role_permissions_boundary,
        model::iam::DeleteRolePolicy => ops::delete_role_policy,
        model::iam::DeleteSAMLProvider => ops::delete_saml_provider,
        model::iam::DeleteServiceLinkedRole => ops::delete_service_linked_role,
        model::iam::DeleteUser => ops::delete_user,
        model::iam::DeleteUserPermissionsBoundary => ops::delete_user_permissions_boundary,
        model::iam::DeleteUserPolicy => ops::delete_user_policy,
        model::iam::DeleteVirtualMFADevice => ops::delete_virtual_mfa_device,
        model::iam::DetachGroupPolicy => ops::detach_group_policy,
        model::iam::DetachRolePolicy => ops::detach_role_policy,
        model::iam::DetachUserPolicy => ops::detach_user_policy,
        model::iam::DisableOutboundWebIdentityFederation => ops::disable_outbound_web_identity_federation,
        model::iam::EnableMFADevice => ops::enable_mfa_device,
        model::iam::EnableOutboundWebIdentityFederation => ops::enable_outbound_web_identity_federation,
        model::iam::GenerateCredentialReport => ops::generate_credential_report,
        model::iam::GetAccessKeyLastUsed => ops::get_access_key_last_used,
        model::iam::GetAccountAuthorizationDetails => ops::get_account_authorization_details,
        model::iam::GetAccountPasswordPolicy => ops::get_account_password_policy,
        model::iam::GetAccountSummary => ops::get_account_summary,
        model::iam::GetContextKeysForCustomPolicy => ops::get_context_keys_for_custom_policy,
        model::iam::GetContextKeysForPrincipalPolicy => ops::get_context_keys_for_principal_policy,
        model::iam::GetCredentialReport => ops::get_credential_report,
        model::iam::GetGroup => ops::get_group,
        model::iam::GetGroupPolicy => ops::get_group_policy,
        model::iam::GetInstanceProfile => ops::get_instance_profile,
        model::iam::GetLoginProfile => ops::get_login_profile,
        model::iam::GetMFADevice => ops::get_mfa_device,
        model::iam::GetOpenIDConnectProvider => ops::get_open_id_connect_provider,
        model::iam::GetOutboundWebIdentityFederationInfo => ops::get_outbound_web_identity_federation_info,
        model::iam::GetPolicy => ops::get_policy,
        model::iam::GetPolicyVersion => ops::get_policy_version,
        model::iam::GetRole => ops::get_role,
        model::iam::GetRolePolicy => ops::get_role_policy,
        model::iam::GetSAMLProvider => ops::get_saml_provider,
        model::iam::GetServiceLinkedRoleDeletionStatus => ops::get_service_linked_role_deletion_status,
        model::iam::GetUser => ops::get_user,
        model::iam::GetUserPolicy => ops::get_user_policy,
        model::iam::ListAccessKeys => ops::list_access_keys,
        model::iam::ListAccountAliases => ops::list_account_aliases,
        model::iam::ListAttachedGroupPolicies => ops::list_attached_group_policies,
        model::iam::ListAttachedRolePolicies => ops::list_attached_role_policies,
        model::iam::ListAttachedUserPolicies => ops::list_attached_user_policies,
        model::iam::ListEntitiesForPolicy => ops::list_entities_for_policy,
        model::iam::ListGroupPolicies => ops::list_group_policies,
        model::iam::ListGroups => ops::list_groups,
        model::iam::ListGroupsForUser => ops::list_groups_for_user,
        model::iam::ListInstanceProfileTags => ops::list_instance_profile_tags,
        model::iam::ListInstanceProfiles => ops::list_instance_profiles,
        model::iam::ListInstanceProfilesForRole => ops::list_instance_profiles_for_role,
        model::iam::ListMFADeviceTags => ops::list_mfa_device_tags,
        model::iam::ListMFADevices => ops::list_mfa_devices,
        model::iam::ListOpenIDConnectProviderTags => ops::list_open_id_connect_provider_tags,
        model::iam::ListOpenIDConnectProviders => ops::list_open_id_connect_providers,
        model::iam::ListPolicies => ops::list_policies,
        model::iam::ListPoliciesGrantingServiceAccess => ops::list_policies_granting_service_access,
        model::iam::ListPolicyTags => ops::list_policy_tags,
        model::iam::ListPolicyVersions => ops::list_policy_versions,
        model::iam::ListRolePolicies => ops::list_role_policies,
        model::iam::ListRoleTags => ops::list_role_tags,
        model::iam::ListRoles => ops::list_roles,
        model::iam::ListSAMLProviderTags => ops::list_saml_provider_tags,
        model::iam::ListSAMLProviders => ops::list_saml_providers,
        model::iam::ListUserPolicies => ops::list_user_policies,
        model::iam::ListUserTags => ops::list_user_tags,
        model::iam::ListUsers => ops::list_users,
        model::iam::ListVirtualMFADevices => ops::list_virtual_mfa_devices,
        model::iam::PutGroupPolicy => ops::put_group_policy,
        model::iam::PutRolePermissionsBoundary => ops::put_role_permissions_boundary,
        model::iam::PutRolePolicy => ops::put_role_policy,
        model::iam::PutUserPermissionsBoundary => ops::put_user_permissions_boundary,
        model::iam::PutUserPolicy => ops::put_user_policy,
        model::iam::RemoveClientIDFromOpenIDConnectProvider => ops::remove_client_id_from_open_id_connect_provider,
        model::iam::RemoveRoleFromInstanceProfile => ops::remove_role_from_instance_profile,
        model::iam::RemoveUserFromGroup => ops::remove_user_from_group,
        model::iam::ResyncMFADevice => ops::resync_mfa_device,
        model::iam::SetDefaultPolicyVersion => ops::set_default_policy_version,
        model::iam::SetSecurityTokenServicePreferences => ops::set_security_token_service_preferences,
        model::iam::SimulateCustomPolicy => ops::simulate_custom_policy,
        model::iam::SimulatePrincipalPolicy => ops::simulate_principal_policy,
        model::iam::TagInstanceProfile => ops::tag_instance_profile,
        model::iam::TagMFADevice => ops::tag_mfa_device,
        model::iam::TagOpenIDConnectProvider => ops::tag_open_id_connect_provider,
        model::iam::TagPolicy => ops::tag_policy,
        model::iam::TagRole => ops::tag_role,
        model::iam::TagSAMLProvider => ops::tag_saml_provider,
        model::iam::TagUser => ops::tag_user,
        model::iam::UntagInstanceProfile => ops::untag_instance_profile,
        model::iam::UntagMFADevice => ops::untag_mfa_device,
        model::iam::UntagOpenIDConnectProvider => ops::untag_open_id_connect_provider,
        model::iam::UntagPolicy => ops::untag_policy,
        model::iam::UntagRole => ops::untag_role,
        model::iam::UntagSAMLProvider => ops::untag_saml_provider,
        model::iam::UntagUser => ops::untag_user,
        model::iam::UpdateAccessKey => ops::update_access_key,
        model::iam::UpdateAccountPasswordPolicy => ops::update_account_password_policy,
        model::iam::UpdateAssumeRolePolicy => ops::update_assume_role_policy,
        model::iam::UpdateGroup => ops::update_group,
        model::iam::UpdateLoginProfile => ops::update_login_profile,
        model::iam::UpdateOpenIDConnectProviderThumbprint => ops::update_open_id_connect_provider_thumbprint,
        model::iam::UpdateRole => ops::update_role,
        model::iam::UpdateRoleDescription => ops::update_role_description,
        model::iam::UpdateSAMLProvider => ops::update_saml_provider,
        model::iam::UpdateUser => ops::update_user,
    ]
}
