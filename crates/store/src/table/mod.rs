//! One file per table: its row, and the statements on it.
//!
//! `insert` answers `false` when the key is taken, `update` and `delete` when the row is not there. Lists are pages:
//! in the order of their key, after the given one (empty for the first page), at most `limit` rows.

pub mod group_members;
pub mod groups;
pub mod iam_access_keys;
pub mod iam_accounts;
pub mod iam_attachments;
pub mod iam_credential_reports;
pub mod iam_deletion_tasks;
pub mod iam_group_members;
pub mod iam_groups;
pub mod iam_inline_policies;
pub mod iam_instance_profiles;
pub mod iam_last_uses;
pub mod iam_login_profiles;
pub mod iam_mfa_devices;
pub mod iam_oidc_providers;
pub mod iam_policies;
pub mod iam_policy_versions;
pub mod iam_roles;
pub mod iam_saml_keys;
pub mod iam_saml_providers;
pub mod iam_users;
pub mod identities;
pub mod identity_logins;
pub mod identity_pools;
pub mod identity_token_keys;
pub mod outbox;
pub mod pool_sweeps;
pub mod revoked_tokens;
pub mod s3_bucket_settings;
pub mod s3_buckets;
pub mod s3_objects;
pub mod s3_parts;
pub mod s3_trash;
pub mod s3_uploads;
pub mod sealing_keys;
pub mod session_revocations;
pub mod settings;
pub mod used_sessions;
pub mod user_aliases;
pub mod user_attribute_index;
pub mod user_pool_clients;
pub mod user_pool_keys;
pub mod user_pools;
pub mod users;

use crate::error::StoreError;
use crate::row::Row;

/// What the rows of a table are read into.
pub(crate) trait FromRow: Sized {
    /// Reads the columns in the order of the table's `columns!`.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

/// Reads each row.
pub(crate) fn collect<T: FromRow>(rows: &[Row]) -> Result<Vec<T>, StoreError> {
    rows.iter().map(T::from_row).collect()
}

/// Reads the row, if there is one.
pub(crate) fn maybe<T: FromRow>(row: Option<&Row>) -> Result<Option<T>, StoreError> {
    row.map(T::from_row).transpose()
}
