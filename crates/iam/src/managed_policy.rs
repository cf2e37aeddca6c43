//! Managed policies by ARN: AWS's own and the account's.

use crate::aws_catalogue::{self, AwsPolicy};
use crate::owner::OwnerKind;
use crate::{name, tags};
use contract::Fault;
use domain::AccountId;
use model::iam::{error, shapes};
use store::Tx;
use store::table::iam_policies::{self, IamPolicy};
use store::table::{iam_attachments, iam_roles, iam_users};

/// The ARN of a managed policy, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyArn {
    text: String,
    account: String,
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
        let parts = resource.strip_prefix("policy/").and_then(|_| name::split(resource));
        match parts {
            Some((path, name))
                if partition == "aws" && service == "iam" && region.is_empty() && !account.is_empty() =>
            {
                Ok(Self {
                    text: text.to_owned(),
                    account: account.to_owned(),
                    path: path.to_owned(),
                    name: name.to_owned(),
                })
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

/// A managed policy.
#[derive(Debug)]
pub enum ManagedPolicy {
    /// AWS's own.
    Aws(&'static AwsPolicy),
    /// The account's.
    Customer(IamPolicy),
}

/// The policy with this ARN, if the account can see one.
///
/// # Errors
/// The store fails.
pub async fn look_up(tx: &mut Tx, account: &AccountId, arn: &PolicyArn) -> Result<Option<ManagedPolicy>, Fault> {
    if arn.account != account.as_str() {
        return Ok(aws_catalogue::find(arn.as_str()).map(ManagedPolicy::Aws));
    }
    let found = iam_policies::find(tx, account, &name::key(&arn.name)).await?;
    Ok(found.filter(|row| row.name == arn.name && row.path == arn.path).map(ManagedPolicy::Customer))
}

/// The policy with this ARN.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, arn: &PolicyArn) -> Result<ManagedPolicy, Fault> {
    look_up(tx, account, arn).await?.ok_or_else(|| not_found(arn))
}

/// The account's own policy with this ARN, to change it.
///
/// # Errors
/// `NoSuchEntity`; `AccessDenied` with this sentence for a policy that is AWS's or another account's.
pub async fn find_own(tx: &mut Tx, account: &AccountId, arn: &PolicyArn, denied: &str) -> Result<IamPolicy, Fault> {
    if arn.account != account.as_str() {
        return Err(error::access_denied(denied));
    }
    match look_up(tx, account, arn).await? {
        Some(ManagedPolicy::Customer(row)) => Ok(row),
        _ => Err(not_found(arn)),
    }
}

/// The policy may be attached to an entity of this kind, or bound it.
///
/// # Errors
/// `NoSuchEntity`: there is none; `PolicyNotAttachable`: AWS keeps it for its own roles.
pub async fn demand_attachable(
    tx: &mut Tx,
    account: &AccountId,
    arn: &PolicyArn,
    kind: OwnerKind,
) -> Result<(), Fault> {
    match look_up(tx, account, arn).await? {
        None => Err(error::no_such_entity(format!("Policy {} does not exist or is not attachable.", arn.as_str()))),
        Some(ManagedPolicy::Aws(policy)) if policy.path.starts_with("/aws-service-role/") => {
            let message = format!("Cannot attach AWS reserved policy to an IAM {}.", kind.as_str());
            Err(error::policy_not_attachable(message))
        }
        Some(_) => Ok(()),
    }
}

/// There is no such policy (get, detach, delete).
pub fn not_found(arn: &PolicyArn) -> Fault {
    error::no_such_entity(format!("Policy {} was not found.", arn.as_str()))
}

/// `arn:aws:iam::ACCOUNT:policy/PATH/NAME`.
pub fn arn(policy: &IamPolicy) -> String {
    name::arn(&policy.account_id, "policy", &policy.path, &policy.name)
}

/// How often an account uses a policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// By how many entities it is attached.
    pub attached: i64,
    /// How many it bounds.
    pub bounding: i64,
}

impl Usage {
    /// Counts the uses of one policy.
    ///
    /// # Errors
    /// The store fails.
    pub async fn of(tx: &mut Tx, account: &AccountId, arn: &str) -> Result<Self, Fault> {
        let users = iam_users::count_bounded_by(tx, account, arn).await?;
        let roles = iam_roles::count_bounded_by(tx, account, arn).await?;
        Ok(Self { attached: iam_attachments::count(tx, account, arn).await?, bounding: users + roles })
    }

    /// Whether it is used at all.
    pub fn is_used(self) -> bool {
        self.attached + self.bounding > 0
    }
}

impl ManagedPolicy {
    /// Its ARN.
    pub fn arn(&self) -> String {
        match self {
            Self::Aws(policy) => policy.arn.clone(),
            Self::Customer(row) => arn(row),
        }
    }

    /// Begins and ends with `/`.
    pub fn path(&self) -> &str {
        match self {
            Self::Aws(policy) => &policy.path,
            Self::Customer(row) => &row.path,
        }
    }

    /// The policy as lists and `CreatePolicy` show it: without description and tags (spec/sts-and-iam.md C4).
    pub fn listed(&self, usage: Usage) -> shapes::Policy {
        let common = shapes::Policy {
            arn: Some(self.arn()),
            path: Some(self.path().to_owned()),
            attachment_count: Some(usage.attached),
            permissions_boundary_usage_count: Some(usage.bounding),
            is_attachable: Some(true),
            ..shapes::Policy::default()
        };
        match self {
            Self::Aws(policy) => shapes::Policy {
                policy_name: Some(policy.name.clone()),
                policy_id: Some(aws_catalogue::unique_id(&policy.arn)),
                default_version_id: Some(policy.version.clone()),
                create_date: Some(policy.created_ms),
                update_date: Some(policy.updated_ms),
                ..common
            },
            Self::Customer(row) => shapes::Policy {
                policy_name: Some(row.name.clone()),
                policy_id: Some(row.id.clone()),
                default_version_id: Some(format!("v{}", row.default_version)),
                create_date: Some(row.created_ms.millis()),
                update_date: Some(row.modified_ms.millis()),
                ..common
            },
        }
    }

    /// The policy as `GetPolicy` shows it.
    ///
    /// # Errors
    /// The stored tags do not parse.
    pub fn described(&self, usage: Usage) -> Result<shapes::Policy, Fault> {
        let listed = self.listed(usage);
        Ok(match self {
            Self::Aws(_) => listed,
            Self::Customer(row) => {
                shapes::Policy { description: row.description.clone(), tags: tags::shown(&row.tags)?, ..listed }
            }
        })
    }
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
        for text in ["arn:aws:iam::123456789012:role/Fan", "arn:aws:s3:::bucket/policy/x", "arn:aws:iam::aws:policy/"] {
            assert_eq!(message(text), format!("InvalidInput: ARN {text} is not valid."));
        }
    }
}
