//! DeleteAccountAlias: the account goes by its number again.

use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeleteAccountAliasRequest;
use service::Cx;
use store::table::iam_accounts::{self, IamAccount};

/// Gives the alias up.
///
/// # Errors
/// `NoSuchEntity`: it is not the account's alias.
pub async fn run(cx: &Cx, input: DeleteAccountAliasRequest) -> Result<(), Fault> {
    let alias = input.account_alias;
    cx.write(async |tx| {
        let before = iam_accounts::find(tx, cx.account()).await?;
        if before.alias.as_ref() != Some(&alias) {
            return Err(error::no_such_entity(format!("The account alias {alias} cannot be found.")));
        }
        iam_accounts::put(tx, &IamAccount { alias: None, ..before }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
