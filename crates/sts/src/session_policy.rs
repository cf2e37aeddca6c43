//! Session policies as a request passes them.

use contract::{Fault, Kind, Member, Schema, Value, check};
use domain::AccountId;
use iam_policy::{IdentityKind, validate_identity};
use model::sts::{PolicyDescriptorType, error, schemas};
use service::Cx;

/// The policies that shall limit a session: their union is intersected with what the role or user may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionPolicies {
    /// The document, as passed.
    pub inline: Option<String>,
    /// Managed policies by ARN.
    pub arns: Vec<String>,
}

impl SessionPolicies {
    /// Checks all that needs no look at the account.
    ///
    /// # Errors
    /// `ValidationError`: too long, too many; `MalformedPolicyDocument` with the sentence of spec/policy.md 2.2.
    pub fn read(inline: Option<String>, arns: Option<Vec<PolicyDescriptorType>>) -> Result<Self, Fault> {
        let arns: Vec<String> = arns.unwrap_or_default().into_iter().filter_map(|policy| policy.arn).collect();
        check_limits(inline.as_deref(), &arns)?;
        if let Some(document) = &inline {
            validate_identity(document, IdentityKind::Session)
                .map_err(|why| error::malformed_policy_document(why.message))?;
        }
        Ok(Self { inline, arns })
    }

    /// Checks that the managed policies are there. For those who may have the session only: a refusal says what exists.
    ///
    /// # Errors
    /// `MalformedPolicyDocument`: one is not there. (No source names what AWS answers.)
    pub async fn demand_present(&self, cx: &Cx, account: &AccountId) -> Result<(), Fault> {
        for arn in &self.arns {
            if cx.node.gate.find_managed_policy(account, arn).await?.is_none() {
                let sentence = format!("Policy {arn} does not exist or is not attachable.");
                return Err(error::malformed_policy_document(sentence));
            }
        }
        Ok(())
    }

    /// Whether any was passed.
    pub fn is_empty(&self) -> bool {
        self.inline.is_none() && self.arns.is_empty()
    }
}

/// AssumeRole's own shape has no maximum, but the limit of its siblings holds for it too (spec/sts-and-iam.md B1).
fn check_limits(inline: Option<&str>, arns: &[String]) -> Result<(), Fault> {
    let mut members = Vec::new();
    if let Some(document) = inline {
        members.push(("Policy".to_owned(), Value::String(document.to_owned())));
    }
    if !arns.is_empty() {
        let arn = |arn: &String| Value::Map(vec![("arn".to_owned(), Value::String(arn.clone()))]);
        members.push(("PolicyArns".to_owned(), Value::List(arns.iter().map(arn).collect())));
    }
    check(&Value::Map(members), &LIMITS, model::sts::SERVICE.dialect)
}

static LIMITS: Schema = Schema {
    name: "sessionPolicies",
    kind: Kind::Structure {
        members: &[
            Member::optional("PolicyArns", &TEN_POLICIES),
            Member::optional("Policy", &schemas::SESSION_POLICY_DOCUMENT_TYPE),
        ],
    },
    sensitive: false,
};

static TEN_POLICIES: Schema = Schema {
    name: "policyDescriptorListType",
    kind: Kind::List { element: &schemas::POLICY_DESCRIPTOR_TYPE, min: None, max: Some(10) },
    sensitive: false,
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn arns(count: usize) -> Option<Vec<PolicyDescriptorType>> {
        let arn = |n| PolicyDescriptorType { arn: Some(format!("arn:aws:iam::123456789012:policy/p{n}")) };
        Some((0..count).map(arn).collect())
    }

    #[test]
    fn ten_managed_policies_are_the_most() {
        assert_eq!(SessionPolicies::read(None, arns(10)).unwrap().arns.len(), 10);
        let refused = SessionPolicies::read(None, arns(11)).unwrap_err();
        assert_eq!((refused.code.as_ref(), refused.status), ("ValidationError", 400));
        let sentence = refused.message.unwrap();
        assert!(sentence.starts_with("1 validation error detected: Value '"), "{sentence}");
        assert!(
            sentence.ends_with(
                "at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10"
            ),
            "{sentence}"
        );
    }

    #[test]
    fn a_long_document_is_refused_before_it_is_read() {
        let refused = SessionPolicies::read(Some(" ".repeat(2049)), None).unwrap_err();
        let sentence = refused.message.unwrap();
        assert!(
            sentence.ends_with(
                "at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"
            ),
            "{sentence}"
        );
    }

    #[test]
    fn a_malformed_document_is_refused_in_the_words_of_iam() {
        let refused = SessionPolicies::read(Some("{}".to_owned()), None).unwrap_err();
        assert_eq!(refused.to_string(), "MalformedPolicyDocument: Syntax errors in policy.");
    }
}
