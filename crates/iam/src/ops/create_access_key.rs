//! CreateAccessKey: a long-term key for a user; the only reply that ever shows its secret.

use crate::access_key::Holder;
use crate::quota;
use contract::Fault;
use domain::access_key::{AccessKeyKind, new_access_key_id, new_secret_access_key};
use model::iam::shapes::{AccessKey, CreateAccessKeyRequest, CreateAccessKeyResponse};
use service::Cx;
use store::table::iam_access_keys;

/// Finds the user, or takes the caller, and keeps a new key, sealed.
///
/// # Errors
/// `NoSuchEntity`, `LimitExceeded`; `ValidationError` when no name is given and the caller is no user.
pub async fn run(cx: &Cx, input: CreateAccessKeyRequest) -> Result<CreateAccessKeyResponse, Fault> {
    let account = cx.account();
    let id = new_access_key_id(AccessKeyKind::LongTerm, account, cx.random())
        .ok_or_else(|| Fault::internal("the account is not twelve digits"))?;
    let secret = new_secret_access_key(cx.random());
    let sealed_secret = cx.seal("access-key", id.as_str(), secret.reveal().as_bytes())?;
    let user_name = cx.write(async |tx| {
        let holder = Holder::named_or_caller(tx, cx, input.user_name.as_deref()).await?;
        if holder.keys(tx).await?.len() >= quota::ACCESS_KEYS_PER_USER {
            return Err(quota::exceeded("AccessKeysPerUser", quota::ACCESS_KEYS_PER_USER));
        }
        let row = iam_access_keys::AccessKey {
            access_key_id: id.clone(),
            account_id: account.clone(),
            owner_kind: holder.kind,
            owner_id: holder.id,
            sealed_secret: sealed_secret.clone(),
            status: "Active".to_owned(),
            created_ms: cx.now(),
        };
        if !iam_access_keys::insert(tx, &row).await? {
            return Err(Fault::internal("a new access key id was taken"));
        }
        tx.touch_catalog().await?;
        Ok(holder.name)
    });
    Ok(CreateAccessKeyResponse {
        access_key: AccessKey {
            user_name: user_name.await?,
            access_key_id: id.to_string(),
            status: "Active".to_owned(),
            secret_access_key: secret.reveal().to_owned(),
            create_date: Some(cx.now().millis()),
        },
    })
}
