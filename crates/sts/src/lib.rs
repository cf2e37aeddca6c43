//! STS: who is calling, and temporary credentials for roles.
//!
//! `cognito-identity` gets its sessions here too ([`trust`], then [`issue`]), and has the tokens of registered providers
//! verified here ([`oidc_provider`], [`saml`]). Verifying the credentials afterwards is the
//! gate's work; what a session token holds is `domain::session`.

mod condition_keys;
pub mod identity_keys;
pub mod issue;
pub mod oidc_provider;
mod ops;
pub mod outbound;
mod packed;
mod role_arn;
pub mod saml;
mod saml_attributes;
mod second_factor;
mod session_claims;
mod session_policy;
mod session_tags;
pub mod trust;
mod web_identity;

use service::Entry;

/// The operations of `sts` that this build answers.
pub fn operations() -> &'static [Entry] {
    static OPERATIONS: &[Entry] = service::operations![
        condition_keys: crate::condition_keys::of_call;
        model::sts::AssumeRole => crate::ops::assume_role,
        model::sts::AssumeRoleWithSAML => crate::ops::assume_role_with_saml,
        model::sts::AssumeRoleWithWebIdentity => crate::ops::assume_role_with_web_identity,
        model::sts::DecodeAuthorizationMessage => crate::ops::decode_authorization_message,
        model::sts::GetAccessKeyInfo => crate::ops::get_access_key_info,
        model::sts::GetCallerIdentity => crate::ops::get_caller_identity,
        model::sts::GetFederationToken => crate::ops::get_federation_token,
        model::sts::GetSessionToken => crate::ops::get_session_token,
        model::sts::GetWebIdentityToken => crate::ops::get_web_identity_token,
    ];
    OPERATIONS
}
