//! GetAccessKeyLastUsed: when a key last signed a request, and for which service.

use crate::last_use;
use contract::Fault;
use domain::{AccessKeyId, IamUserId};
use model::iam::error;
use model::iam::shapes::{AccessKeyLastUsed, GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse};
use service::Cx;
use store::table::iam_access_keys::{self, OwnerKind};
use store::table::iam_users;

/// Finds the key, its owner and its last use.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: GetAccessKeyLastUsedRequest) -> Result<GetAccessKeyLastUsedResponse, Fault> {
    let id = input.access_key_id;
    cx.read(async |tx| {
        let found = iam_access_keys::find(tx, &AccessKeyId::from(id.as_str())).await?;
        let key = found
            .filter(|key| key.account_id == *cx.account())
            .ok_or_else(|| error::no_such_entity(format!("The Access Key with id {id} cannot be found.")))?;
        let user = match key.owner_kind {
            OwnerKind::User => iam_users::find_by_id(tx, &IamUserId::from(key.owner_id)).await?,
            _ => None,
        };
        let used = last_use::find(tx, cx, &id).await?;
        // A key that was never used has texts that say so, and no date (spec/sts-and-iam.md C4).
        let last_used = used.map_or_else(
            || AccessKeyLastUsed { last_used_date: None, service_name: "N/A".to_owned(), region: "N/A".to_owned() },
            |used| AccessKeyLastUsed {
                last_used_date: Some(used.used_ms.millis()),
                service_name: used.service,
                region: used.region,
            },
        );
        Ok(GetAccessKeyLastUsedResponse {
            user_name: user.map(|user| user.name),
            access_key_last_used: Some(last_used),
        })
    })
    .await
}
