//! CreatePolicy: a managed policy of the account, with its first version.

use crate::managed_policy::{ManagedPolicy, Usage};
use crate::{name, quota, tags};
use contract::Fault;
use domain::new_id::{EntityKind, entity_id};
use iam_policy::{IdentityKind, size_without_whitespace, validate_identity};
use model::iam::error;
use model::iam::shapes::{CreatePolicyRequest, CreatePolicyResponse, Policy};
use service::Cx;
use store::table::iam_policies::{self, IamPolicy};
use store::table::iam_policy_versions::{self, PolicyVersion};

/// Checks the document, then whether the name is free, and keeps both.
///
/// # Errors
/// `MalformedPolicyDocument`, `EntityAlreadyExists`, `LimitExceeded`, `InvalidInput`.
pub async fn run(cx: &Cx, input: CreatePolicyRequest) -> Result<CreatePolicyResponse, Fault> {
    check(&input.policy_document)?;
    let row = IamPolicy {
        account_id: cx.account().clone(),
        name_key: name::key(&input.policy_name),
        name: input.policy_name,
        id: entity_id(EntityKind::Policy, cx.random()),
        path: name::path(input.path),
        description: input.description,
        default_version: 1,
        newest_version: 1,
        tags: tags::store(input.tags.as_deref())?,
        created_ms: cx.now(),
        modified_ms: cx.now(),
    };
    let version =
        PolicyVersion { policy_id: row.id.clone(), version: 1, document: input.policy_document, created_ms: cx.now() };
    cx.write(async |tx| {
        if !iam_policies::insert(tx, &row).await? {
            let name = &row.name;
            let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
            return Err(error::entity_already_exists(message));
        }
        if iam_policies::count(tx, cx.account()).await? > quota::POLICIES {
            return Err(quota::exceeded("PoliciesPerAccount", quota::POLICIES));
        }
        iam_policy_versions::insert(tx, &version).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    let tags = tags::shown(&row.tags)?;
    let policy = Policy { tags, ..ManagedPolicy::Customer(row).listed(Usage::default()) };
    Ok(CreatePolicyResponse { policy: Some(policy) })
}

/// A document may become a version of a managed policy.
///
/// # Errors
/// `MalformedPolicyDocument`, `LimitExceeded`.
pub fn check(document: &str) -> Result<(), Fault> {
    validate_identity(document, IdentityKind::Managed).map_err(|why| error::malformed_policy_document(why.message))?;
    if size_without_whitespace(document) > quota::POLICY_SIZE {
        return Err(quota::exceeded("PolicySize", quota::POLICY_SIZE));
    }
    Ok(())
}
