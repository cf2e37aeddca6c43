//! GetAccountSummary: how much of what the account has, and how much it may have.

use crate::quota;
use contract::Fault;
use model::iam::enums::summary_key_type as key;
use model::iam::shapes::GetAccountSummaryResponse;
use service::Cx;
use std::collections::BTreeMap;
use store::table::{
    iam_access_keys, iam_accounts, iam_groups, iam_instance_profiles, iam_mfa_devices, iam_oidc_providers,
    iam_policies, iam_policy_versions, iam_roles, iam_saml_providers, iam_users,
};

/// Quotas of AWS that nothing here comes near (spec/sts-and-iam.md C6 and the guide).
const FIXED: [(&str, i64); 20] = [
    (key::USERS_QUOTA, quota::USERS),
    (key::GROUPS_QUOTA, quota::GROUPS),
    (key::ROLES_QUOTA, quota::ROLES),
    (key::POLICIES_QUOTA, quota::POLICIES),
    (key::INSTANCE_PROFILES_QUOTA, 1000),
    (key::SERVER_CERTIFICATES_QUOTA, 20),
    (key::SIGNING_CERTIFICATES_PER_USER_QUOTA, 2),
    (key::ACCESS_KEYS_PER_USER_QUOTA, quota::ACCESS_KEYS_PER_USER as i64),
    (key::GROUPS_PER_USER_QUOTA, quota::GROUPS_PER_USER as i64),
    (key::ATTACHED_POLICIES_PER_USER_QUOTA, quota::ATTACHED_POLICIES as i64),
    (key::ATTACHED_POLICIES_PER_GROUP_QUOTA, quota::ATTACHED_POLICIES as i64),
    (key::ATTACHED_POLICIES_PER_ROLE_QUOTA, quota::ATTACHED_POLICIES as i64),
    (key::VERSIONS_PER_POLICY_QUOTA, quota::VERSIONS_PER_POLICY as i64),
    (key::POLICY_VERSIONS_IN_USE_QUOTA, 10_000),
    (key::POLICY_SIZE_QUOTA, quota::POLICY_SIZE as i64),
    (key::USER_POLICY_SIZE_QUOTA, 2048),
    (key::GROUP_POLICY_SIZE_QUOTA, 5120),
    (key::ROLE_POLICY_SIZE_QUOTA, 10_240),
    (key::ASSUME_ROLE_POLICY_SIZE_QUOTA, quota::TRUST_POLICY_SIZE as i64),
    // Server and signing certificates are not kept here, and the root user has no password.
    (key::SERVER_CERTIFICATES, 0),
];

/// Counts.
///
/// # Errors
/// The store fails.
pub async fn run(cx: &Cx, (): ()) -> Result<GetAccountSummaryResponse, Fault> {
    let account = cx.account();
    let root = account.as_str();
    let counted = cx.read(async |tx| {
        let (devices, devices_in_use) = iam_mfa_devices::count(tx, account).await?;
        let root_keys = iam_access_keys::list(tx, account, root, "", 1).await?.len();
        let root_devices = iam_mfa_devices::list_of_owner(tx, account, root, "", 1).await?.len();
        let providers = iam_oidc_providers::count(tx, account).await? + iam_saml_providers::count(tx, account).await?;
        Ok([
            (key::USERS, iam_users::count(tx, account).await?),
            (key::GROUPS, iam_groups::count(tx, account).await?),
            (key::ROLES, iam_roles::count(tx, account).await?),
            (key::POLICIES, iam_policies::count(tx, account).await?),
            (key::POLICY_VERSIONS_IN_USE, iam_policy_versions::count(tx, account).await?),
            (key::INSTANCE_PROFILES, iam_instance_profiles::count(tx, account).await?),
            (key::PROVIDERS, providers),
            (key::MFA_DEVICES, devices),
            (key::MFA_DEVICES_IN_USE, devices_in_use),
            (key::ACCOUNT_MFA_ENABLED, i64::from(root_devices > 0)),
            (key::ACCOUNT_ACCESS_KEYS_PRESENT, i64::from(root_keys > 0)),
            (key::ACCOUNT_PASSWORD_PRESENT, 0),
            (key::ACCOUNT_SIGNING_CERTIFICATES_PRESENT, 0),
            (key::GLOBAL_ENDPOINT_TOKEN_VERSION, iam_accounts::find(tx, account).await?.global_token_version),
        ])
    });
    let summary: BTreeMap<String, i64> =
        FIXED.into_iter().chain(counted.await?).map(|(name, number)| (name.to_owned(), number)).collect();
    Ok(GetAccountSummaryResponse { summary_map: Some(summary) })
}
