//! The role that a request names.

use contract::Fault;
use domain::AccountId;
use iam_policy::Arn;
use model::sts::error;
use service::{Cx, RoleFacts};
use std::sync::Arc;

/// A role's ARN, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleArn {
    text: String,
    account: AccountId,
    /// The name without path; `None`: the ARN names something else.
    name: Option<String>,
}

impl RoleArn {
    /// Reads a member `RoleArn`.
    ///
    /// # Errors
    /// `ValidationError`: fewer than six fields, or one of partition, service and resource is missing
    /// (spec/sts-and-iam.md B3).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let arn = Arn::parse(text).filter(|arn| {
            let must = [arn.partition, arn.service, arn.resource];
            must.iter().all(|field| !field.is_empty())
        });
        let arn = arn.ok_or_else(|| error::validation_error(format!("{text} is invalid")))?;
        let role = arn.resource.strip_prefix("role/").filter(|_| arn.service == "iam");
        let name = role.and_then(|role| role.rsplit('/').next()).filter(|name| !name.is_empty());
        Ok(Self { text: text.to_owned(), account: AccountId::from(arn.account), name: name.map(str::to_owned) })
    }

    /// As passed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The account that the ARN names.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The role, if there is one with exactly this ARN.
    ///
    /// # Errors
    /// The store fails.
    pub async fn find(&self, cx: &Cx) -> Result<Option<Arc<RoleFacts>>, Fault> {
        let Some(name) = &self.name else { return Ok(None) };
        let role = cx.node.gate.role(&self.account, name).await?;
        Ok(role.filter(|role| role.arn() == self.text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_does_not_belong_to_the_name() {
        let arn = RoleArn::parse("arn:aws:iam::123456789012:role/app/team/Fan").unwrap();
        assert_eq!((arn.account.as_str(), arn.name.as_deref()), ("123456789012", Some("Fan")));
        assert_eq!(RoleArn::parse("arn:aws:iam::123456789012:user/Fan").unwrap().name, None);
        assert_eq!(RoleArn::parse("arn:aws:s3:::role/Fan").unwrap().name, None);
    }

    #[test]
    fn what_is_no_arn_is_invalid() {
        for text in ["arn:aws:iam::123456789012", "not-an-arn", "arn::iam::123456789012:role/Fan", "arn:aws:iam:::"] {
            assert_eq!(RoleArn::parse(text).unwrap_err().to_string(), format!("ValidationError: {text} is invalid"));
        }
    }
}
