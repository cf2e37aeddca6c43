//! Trust policies: checked, kept by unique id and shown by ARN (spec/policy.md 1.3, spec/sts-and-iam.md B7, 4).

use crate::quota;
use contract::Fault;
use domain::AccountId;
use gate::principal_ids::{self, Unbound};
use iam_policy::{Malformed, size_without_whitespace, validate_trust};
use model::iam::error;
use store::Tx;

pub use gate::principal_ids::shown;

/// Checks a trust policy and answers the text to keep, in which users and roles of this account stand by unique id: one
/// that is made anew under an old name is someone else.
///
/// # Errors
/// `MalformedPolicyDocument`, also when it names a user or role that is not there; `LimitExceeded` for its size.
pub async fn bound(tx: &mut Tx, account: &AccountId, document: &str) -> Result<String, Fault> {
    validate_trust(document).map_err(malformed)?;
    if size_without_whitespace(document) > quota::TRUST_POLICY_SIZE {
        return Err(quota::exceeded("ACLSizePerRole", quota::TRUST_POLICY_SIZE));
    }
    principal_ids::bound(tx, account, document).await?.map_err(|why| match why {
        Unbound::NoJson => error::malformed_policy_document("Syntax error in policy."),
        Unbound::Absent(name) => malformed(Malformed::invalid_principal("AWS", &name)),
    })
}

fn malformed(why: Malformed) -> Fault {
    error::malformed_policy_document(why.message)
}
