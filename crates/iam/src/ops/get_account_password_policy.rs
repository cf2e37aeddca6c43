//! GetAccountPasswordPolicy: the rules for the passwords of the account's users.

use crate::password_policy;
use contract::Fault;
use model::iam::shapes::GetAccountPasswordPolicyResponse;
use service::Cx;
use store::table::iam_accounts;

/// The policy, if the account has one of its own.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, (): ()) -> Result<GetAccountPasswordPolicyResponse, Fault> {
    let row = cx.read(async |tx| Ok(iam_accounts::find(tx, cx.account()).await?)).await?;
    let policy = password_policy::of(&row)?.ok_or_else(|| password_policy::not_found(cx.account()))?;
    Ok(GetAccountPasswordPolicyResponse { password_policy: password_policy::shown(&policy) })
}
