//! How many and how large (spec/sts-and-iam.md C6, spec/policy.md 1.5).

use contract::Fault;
use model::iam::error;

/// Managed policies attached to one user, group or role.
pub const ATTACHED_POLICIES: usize = 10;
/// Long-term keys of one user.
pub const ACCESS_KEYS_PER_USER: usize = 2;
/// Characters of a role's trust policy, white space not counted.
pub const TRUST_POLICY_SIZE: usize = 2048;
/// Roles of an account.
pub const ROLES: i64 = 1000;
/// Users of an account.
pub const USERS: i64 = 5000;
/// Groups of an account.
pub const GROUPS: i64 = 300;
/// Groups that one user is in.
pub const GROUPS_PER_USER: usize = 10;
/// Customer-managed policies of an account.
pub const POLICIES: i64 = 1500;
/// Versions of one customer-managed policy.
pub const VERSIONS_PER_POLICY: usize = 5;
/// Characters of a managed policy, white space not counted.
pub const POLICY_SIZE: usize = 6144;
/// Tags of one entity.
pub const TAGS: usize = 50;
/// OpenID Connect providers of an account.
pub const OIDC_PROVIDERS: i64 = 100;
/// Client ids of one OpenID Connect provider.
pub const CLIENT_IDS_PER_OIDC_PROVIDER: usize = 100;
/// Thumbprints of one OpenID Connect provider.
pub const THUMBPRINTS_PER_OIDC_PROVIDER: usize = 5;
/// SAML providers of an account.
pub const SAML_PROVIDERS: i64 = 100;
/// Private keys of one SAML provider (the model's `privateKeyList`).
pub const KEYS_PER_SAML_PROVIDER: i64 = 2;
/// Instance profiles of an account.
pub const INSTANCE_PROFILES: i64 = 1000;

/// `Cannot exceed quota for NAME: N`.
pub fn exceeded(name: &str, most: impl std::fmt::Display) -> Fault {
    error::limit_exceeded(format!("Cannot exceed quota for {name}: {most}"))
}
