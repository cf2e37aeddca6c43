//! UpdateAssumeRolePolicy: another trust policy for a role. Sessions that exist go on.

use crate::service_linked;
use crate::{role, trust};
use contract::Fault;
use model::iam::shapes::UpdateAssumeRolePolicyRequest;
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role, checks the document, keeps it.
///
/// # Errors
/// `NoSuchEntity`, `MalformedPolicyDocument`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: UpdateAssumeRolePolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        let trust = trust::bound(tx, cx.account(), &input.policy_document).await?;
        iam_roles::update(tx, &IamRole { trust, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
