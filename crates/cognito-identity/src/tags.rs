//! Attributes for access control: the tags that come from logins, with their reasons (spec/identity-pools.md 14).

use crate::explain;
use crate::pool::Pool;
use domain::login_token::VerifiedLogin;
use domain::principal_tags::choose_tags;
use service::Cx;
use std::collections::BTreeMap;

/// The tags of a session with these logins; a guest's has none. Where each came from is recorded.
pub fn of(cx: &Cx, pool: &Pool, logins: &[VerifiedLogin]) -> BTreeMap<String, String> {
    let choice = choose_tags(&pool.settings.principal_tags, logins);
    explain::tag_choice(&mut cx.decision(), &choice);
    choice.tags
}
