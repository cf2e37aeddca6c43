//! Outbound web identity federation: IAM turns it on for an account, STS then gives out JWTs about its principals.

use crate::{Issuer, Node};
use store::table::iam_accounts::IamAccount;

impl Node {
    /// Who issues an account's tokens: an address that is the account's alone, and stays the same while the feature is off.
    /// `None`: the account never turned it on.
    pub fn outbound_issuer_of(&self, account: &IamAccount) -> Option<String> {
        account.outbound_id.as_ref().map(|id| match self.issuer {
            Issuer::Own => format!("{}/_sekisho/web-identity/{id}", self.base_url),
            Issuer::Aws => format!("https://{id}.tokens.sts.global.api.aws"),
        })
    }
}
