//! Versions of managed policies: `v1`, `v2`, … of the account's own, the default one of AWS's.

use crate::document;
use crate::managed_policy::{ManagedPolicy, PolicyArn};
use contract::Fault;
use gate::managed_policies;
use model::iam::{error, shapes};
use store::Tx;
use store::table::iam_policies::IamPolicy;
use store::table::iam_policy_versions::{self, PolicyVersion};

/// One version, with its document.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn described(
    tx: &mut Tx,
    policy: &ManagedPolicy,
    arn: &PolicyArn,
    version_id: &str,
) -> Result<shapes::PolicyVersion, Fault> {
    match policy {
        ManagedPolicy::Aws(aws) => {
            let found = managed_policies::find(&aws.arn).filter(|found| found.version == version_id);
            let document = found.ok_or_else(|| not_found(arn, version_id))?.document.to_string();
            Ok(shapes::PolicyVersion {
                document: Some(document::encode(&document)),
                version_id: Some(aws.version.clone()),
                is_default_version: Some(true),
                create_date: Some(aws.updated_ms),
            })
        }
        ManagedPolicy::Customer(row) => {
            let version = find(tx, row, arn, version_id).await?;
            let document = Some(document::encode(&version.document));
            Ok(shapes::PolicyVersion { document, ..listed(row, &version) })
        }
    }
}

/// All versions, newest first, without their documents.
///
/// # Errors
/// The store fails.
pub async fn all(tx: &mut Tx, policy: &ManagedPolicy) -> Result<Vec<shapes::PolicyVersion>, Fault> {
    match policy {
        ManagedPolicy::Aws(aws) => Ok(vec![shapes::PolicyVersion {
            document: None,
            version_id: Some(aws.version.clone()),
            is_default_version: Some(true),
            create_date: Some(aws.updated_ms),
        }]),
        ManagedPolicy::Customer(row) => {
            let versions = iam_policy_versions::list(tx, &row.id).await?;
            Ok(versions.iter().rev().map(|version| listed(row, version)).collect())
        }
    }
}

/// A version of the account's own policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, row: &IamPolicy, arn: &PolicyArn, version_id: &str) -> Result<PolicyVersion, Fault> {
    // The model's pattern lets a suffix through that no version of ours has.
    let number = version_id.strip_prefix('v').and_then(|digits| digits.parse().ok());
    let number: i64 = number.ok_or_else(|| not_found(arn, version_id))?;
    iam_policy_versions::find(tx, &row.id, number).await?.ok_or_else(|| not_found(arn, version_id))
}

/// A version as lists and `CreatePolicyVersion` show it.
pub fn listed(row: &IamPolicy, version: &PolicyVersion) -> shapes::PolicyVersion {
    shapes::PolicyVersion {
        document: None,
        version_id: Some(format!("v{}", version.version)),
        is_default_version: Some(version.version == row.default_version),
        create_date: Some(version.created_ms.millis()),
    }
}

fn not_found(arn: &PolicyArn, version_id: &str) -> Fault {
    let arn = arn.as_str();
    error::no_such_entity(format!("Policy {arn} version {version_id} does not exist or is not attachable."))
}
