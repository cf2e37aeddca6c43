//! Owners: accounts as S3's documents show them, by a canonical user id.

use super::document::Document;
use aws_lc_rs::digest::{SHA256, digest};
use domain::AccountId;

/// 64 hex digits that stand for an account, always the same.
pub(super) fn canonical_id(account: &AccountId) -> String {
    let text = format!("canonical user of account {}", account.as_str());
    const_hex::encode(digest(&SHA256, text.as_bytes()))
}

/// An element that shows whose something is.
pub(super) fn write(document: &mut Document, name: &'static str, account: &AccountId) {
    document.open(name).leaf("ID", &canonical_id(account)).close();
}
