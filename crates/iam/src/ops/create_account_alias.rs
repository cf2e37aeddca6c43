//! CreateAccountAlias: a name for the account in sign-in addresses.

use contract::Fault;
use model::iam::error;
use model::iam::shapes::CreateAccountAliasRequest;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Takes the alias, if it is free, in the place of the one before: an account has one at most.
///
/// # Errors
/// `EntityAlreadyExists`; `ValidationError` for twelve digits, which could be taken for another account's number.
pub async fn run(cx: &Cx, input: CreateAccountAliasRequest) -> Result<(), Fault> {
    let alias = input.account_alias;
    if alias.len() == 12 && alias.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = "The specified value for accountAlias is invalid. It must not be a twelve-digit number.";
        return Err(error::validation_error(message));
    }
    cx.write(async |tx| {
        if iam_accounts::find_by_alias(tx, &alias).await?.is_some() {
            return Err(error::entity_already_exists(format!("The account alias {alias} already exists.")));
        }
        let before = iam_accounts::find(tx, cx.account()).await?;
        iam_accounts::put(tx, &IamAccount { alias: Some(alias.clone()), ..before }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
