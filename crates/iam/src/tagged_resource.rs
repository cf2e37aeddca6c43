//! The tags of what a call is about, where that is neither a role nor a user.

use crate::managed_policy::{self, ManagedPolicy, PolicyArn};
use crate::provider_arn::{self, ProviderKind};
use crate::{mfa, name};
use contract::{Fault, Value};
use domain::AccountId;
use service::Node;
use std::collections::BTreeMap;
use store::Tx;
use store::table::{iam_instance_profiles, iam_mfa_devices, iam_oidc_providers, iam_saml_providers};

/// Tags by key; `None` when the call names none of these, or none that is there.
///
/// # Errors
/// The store fails, or the stored tags do not parse.
pub async fn tags(node: &Node, account: &AccountId, input: &Value) -> Result<Option<BTreeMap<String, String>>, Fault> {
    let stored = node.store.read(async |tx| stored(tx, account, input).await).await?;
    stored.map(|tags| serde_json::from_str(&tags).map_err(Fault::internal)).transpose()
}

async fn stored(tx: &mut Tx, account: &AccountId, input: &Value) -> Result<Option<String>, Fault> {
    // The input is not checked yet, and no store takes a text with NUL.
    let text = |member: &str| input.get(member).and_then(Value::as_str).filter(|text| !text.contains('\0'));
    if let Some(profile_name) = text("InstanceProfileName") {
        let found = iam_instance_profiles::find(tx, account, &name::key(profile_name)).await?;
        return Ok(found.filter(|row| row.name == profile_name).map(|row| row.tags));
    }
    if let Some(url) = text("OpenIDConnectProviderArn").and_then(|arn| provider(ProviderKind::Oidc, account, arn)) {
        return Ok(iam_oidc_providers::find_by_url(tx, account, url).await?.map(|row| row.tags));
    }
    if let Some(provider_name) = text("SAMLProviderArn").and_then(|arn| provider(ProviderKind::Saml, account, arn)) {
        let found = iam_saml_providers::find(tx, account, &name::key(provider_name)).await?;
        return Ok(found.filter(|row| row.name == provider_name).map(|row| row.tags));
    }
    if let Some(serial) = text("SerialNumber") {
        let found = iam_mfa_devices::find(tx, account, &mfa::key(serial)).await?;
        return Ok(found.filter(|row| row.serial == serial).map(|row| row.tags));
    }
    if let Some(arn) = text("PolicyArn").and_then(|arn| PolicyArn::parse(arn).ok()) {
        let found = managed_policy::look_up(tx, account, &arn).await?;
        return Ok(match found {
            Some(ManagedPolicy::Customer(row)) => Some(row.tags),
            Some(ManagedPolicy::Aws(_)) | None => None,
        });
    }
    Ok(None)
}

fn provider<'a>(kind: ProviderKind, account: &AccountId, arn: &'a str) -> Option<&'a str> {
    let (owner, name) = provider_arn::split(kind, arn).ok()?;
    Some(name).filter(|_| owner == account.as_str())
}
