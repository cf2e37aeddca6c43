//! CreateUserPool: makes a pool with its schema, its policies and its two signing keys.

use crate::pool::Pool;
use crate::{settings, signing};
use contract::Fault;
use domain::new_id;
use model::cognito_idp::{CreateUserPoolRequest, CreateUserPoolResponse};
use service::Cx;
use store::table::{user_pool_keys, user_pools};

/// Runs the operation.
///
/// # Errors
/// The settings contradict each other, or ask for what this server does not have.
pub async fn run(cx: &Cx, input: CreateUserPoolRequest) -> Result<CreateUserPoolResponse, Fault> {
    let name = input.pool_name.clone();
    let settings = settings::pool::new(input)?;
    let id = new_id::user_pool_id(cx.region(), cx.random());
    // Keys and their sealing take time: before the transaction.
    let keys = signing::make(cx, &id).await?;
    let row = Pool {
        id,
        account: cx.account().clone(),
        region: cx.region().clone(),
        name,
        password_policy: Default::default(),
        schema: Vec::new(),
        settings,
        created: cx.now(),
        modified: cx.now(),
    }
    .to_row()?;
    cx.write(async |tx| {
        if !user_pools::insert(tx, &row).await? {
            return Err(Fault::internal("a new pool id was taken"));
        }
        for key in &keys {
            user_pool_keys::insert(tx, key).await?;
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    Ok(CreateUserPoolResponse { user_pool: Some(Pool::from_row(row)?.describe(0)) })
}
