//! Managed policies by ARN.

use crate::owner::OwnerKind;
use contract::Fault;
use gate::managed_policies::{self, ManagedPolicy};
use model::iam::{error, shapes};
use service::Cx;
use std::sync::Arc;
use store::Tx;
use store::table::{iam_attachments, iam_roles, iam_users};

/// The ARN of a managed policy, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyArn {
    text: String,
    path: String,
    name: String,
}

impl PolicyArn {
    /// Reads an ARN.
    ///
    /// # Errors
    /// `ValidationError`: no ARN at all; `InvalidInput`: the ARN of something else (spec/sts-and-iam.md C5).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = fields[..] else {
            return Err(error::validation_error("Invalid ARN:  Could not be parsed!"));
        };
        let parts = resource.strip_prefix("policy/").and_then(|_| crate::name::split(resource));
        match parts {
            Some((path, name))
                if partition == "aws" && service == "iam" && region.is_empty() && !account.is_empty() =>
            {
                Ok(Self { text: text.to_owned(), path: path.to_owned(), name: name.to_owned() })
            }
            _ => Err(error::invalid_input(format!("ARN {text} is not valid."))),
        }
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Begins and ends with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A policy that a call names, looked up as far as no transaction is needed.
#[derive(Debug)]
pub struct Named {
    /// Its ARN.
    pub arn: PolicyArn,
    aws: Option<Arc<ManagedPolicy>>,
}

/// Looks a policy up in AWS's catalogue.
///
/// # Errors
/// As [`PolicyArn::parse`].
pub async fn named(cx: &Cx, arn: &str) -> Result<Named, Fault> {
    let arn = PolicyArn::parse(arn)?;
    let load = async || Ok::<_, Fault>(managed_policies::find(arn.as_str()));
    let aws = if managed_policies::is_aws_managed(arn.as_str()) {
        cx.node.caches.of::<ManagedPolicy>().get_or_load(&cx.node.store, arn.as_str(), load).await?
    } else {
        None
    };
    Ok(Named { arn, aws })
}

impl Named {
    /// The policy, from AWS's catalogue.
    ///
    /// # Errors
    /// `NoSuchEntity`.
    pub fn demand(&self) -> Result<&ManagedPolicy, Fault> {
        self.aws.as_deref().ok_or_else(|| not_found(self.arn.as_str()))
    }

    /// The policy may be attached to an entity of this kind.
    ///
    /// # Errors
    /// `NoSuchEntity`: there is none; `PolicyNotAttachable`: AWS keeps it for its own roles.
    pub fn demand_attachable(&self, kind: OwnerKind) -> Result<(), Fault> {
        if self.aws.is_none() {
            return Err(not_attachable(self.arn.as_str()));
        }
        if self.arn.path().starts_with("/aws-service-role/") {
            let message = format!("Cannot attach AWS reserved policy to an IAM {}.", kind.as_str());
            return Err(error::policy_not_attachable(message));
        }
        Ok(())
    }
}

/// The policy as `GetPolicy` shows it, with how often this account uses it.
///
/// # Errors
/// The store fails.
pub async fn shown(tx: &mut Tx, cx: &Cx, policy: &ManagedPolicy) -> Result<shapes::Policy, Fault> {
    let (account, arn) = (cx.account(), policy.arn());
    let attached = iam_attachments::count(tx, account, &arn).await?;
    let bounding =
        iam_roles::count_bounded_by(tx, account, &arn).await? + iam_users::count_bounded_by(tx, account, &arn).await?;
    Ok(shapes::Policy {
        policy_name: Some(policy.name.clone()),
        policy_id: Some(aws_policy_id(&arn)),
        path: Some(policy.path.clone()),
        default_version_id: Some(policy.version.clone()),
        attachment_count: Some(attached),
        permissions_boundary_usage_count: Some(bounding),
        is_attachable: Some(true),
        create_date: Some(millis(&policy.created)?),
        update_date: Some(millis(&policy.updated)?),
        arn: Some(arn),
        ..shapes::Policy::default()
    })
}

/// The default version of one of AWS's own policies: the only one that the catalogue holds.
///
/// # Errors
/// The catalogue's date does not parse.
pub fn default_version(policy: &ManagedPolicy) -> Result<shapes::PolicyVersion, Fault> {
    Ok(shapes::PolicyVersion {
        document: None,
        version_id: Some(policy.version.clone()),
        is_default_version: Some(true),
        create_date: Some(millis(&policy.updated)?),
    })
}

/// There is no such policy (get, detach, delete).
pub fn not_found(arn: &str) -> Fault {
    error::no_such_entity(format!("Policy {arn} was not found."))
}

/// There is no such policy to attach.
pub fn not_attachable(arn: &str) -> Fault {
    error::no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
}

/// The catalogue does not carry AWS's unique ids, so each ARN gets one of our own that never changes.
fn aws_policy_id(arn: &str) -> String {
    let digits = domain::new_id::stable_uuid(&[0; 32], arn).replace('-', "");
    let mut bytes = [0; 17];
    for (byte, digit) in bytes.iter_mut().zip(digits.bytes()) {
        *byte = digit;
    }
    domain::new_id::entity_id(domain::new_id::EntityKind::Policy, bytes)
}

fn millis(date: &str) -> Result<i64, Fault> {
    date.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(Fault::internal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_arn_is_taken_apart() {
        let arn = PolicyArn::parse("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole").unwrap();
        assert_eq!((arn.path(), arn.name()), ("/service-role/", "AWSLambdaBasicExecutionRole"));
    }

    #[test]
    fn other_texts_are_refused_in_aws_words() {
        let message = |text| PolicyArn::parse(text).unwrap_err().to_string();
        assert_eq!(message("not-an-arn-but-long-enough"), "ValidationError: Invalid ARN:  Could not be parsed!");
        for text in
            ["arn:aws:iam::123456789012:role/Fan", "arn:aws:s3:::bucket-name/policy/x", "arn:aws:iam::aws:policy/"]
        {
            assert_eq!(message(text), format!("InvalidInput: ARN {text} is not valid."));
        }
    }

    #[test]
    fn a_unique_id_belongs_to_its_arn() {
        let id = aws_policy_id("arn:aws:iam::aws:policy/ReadOnlyAccess");
        assert!(id.starts_with("ANPA") && id.len() == 21);
        assert_eq!(id, aws_policy_id("arn:aws:iam::aws:policy/ReadOnlyAccess"));
        assert_ne!(id, aws_policy_id("arn:aws:iam::aws:policy/AdministratorAccess"));
    }
}
