//! Identity pools: guests and users become identities, identities get roles, roles become temporary credentials.
//!
//! Left to others: the checks on a token and the choice of a role (`domain`), trust policies and sessions (`sts`), who may
//! configure pools (`gate`).

mod condition_keys;
mod credentials;
mod developer;
mod explain;
mod fault;
mod guest_scope;
mod identity;
mod keys;
mod linking_reasons;
mod login;
mod login_own_token;
mod ops;
mod page;
mod pool;
pub mod rehearsal;
mod roles;
mod settings;
mod tags;
mod token;
pub mod token_facts;
mod visit;

use service::Entry;

/// The operations of `cognito-identity` that this build answers.
pub fn operations() -> &'static [Entry] {
    static OPERATIONS: &[Entry] = service::operations![
        condition_keys: crate::condition_keys::of_call;
        model::cognito_identity::CreateIdentityPool => crate::ops::create_identity_pool,
        model::cognito_identity::DeleteIdentities => crate::ops::delete_identities,
        model::cognito_identity::DeleteIdentityPool => crate::ops::delete_identity_pool,
        model::cognito_identity::DescribeIdentity => crate::ops::describe_identity,
        model::cognito_identity::DescribeIdentityPool => crate::ops::describe_identity_pool,
        model::cognito_identity::GetCredentialsForIdentity => crate::ops::get_credentials_for_identity,
        model::cognito_identity::GetId => crate::ops::get_id,
        model::cognito_identity::GetIdentityPoolRoles => crate::ops::get_identity_pool_roles,
        model::cognito_identity::GetOpenIdToken => crate::ops::get_open_id_token,
        model::cognito_identity::GetOpenIdTokenForDeveloperIdentity => crate::ops::get_open_id_token_for_developer_identity,
        model::cognito_identity::GetPrincipalTagAttributeMap => crate::ops::get_principal_tag_attribute_map,
        model::cognito_identity::ListIdentities => crate::ops::list_identities,
        model::cognito_identity::ListIdentityPools => crate::ops::list_identity_pools,
        model::cognito_identity::ListTagsForResource => crate::ops::list_tags_for_resource,
        model::cognito_identity::LookupDeveloperIdentity => crate::ops::lookup_developer_identity,
        model::cognito_identity::MergeDeveloperIdentities => crate::ops::merge_developer_identities,
        model::cognito_identity::SetIdentityPoolRoles => crate::ops::set_identity_pool_roles,
        model::cognito_identity::SetPrincipalTagAttributeMap => crate::ops::set_principal_tag_attribute_map,
        model::cognito_identity::TagResource => crate::ops::tag_resource,
        model::cognito_identity::UnlinkDeveloperIdentity => crate::ops::unlink_developer_identity,
        model::cognito_identity::UnlinkIdentity => crate::ops::unlink_identity,
        model::cognito_identity::UntagResource => crate::ops::untag_resource,
        model::cognito_identity::UpdateIdentityPool => crate::ops::update_identity_pool,
    ];
    OPERATIONS
}
