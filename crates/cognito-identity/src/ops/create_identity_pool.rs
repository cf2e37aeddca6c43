//! CreateIdentityPool: makes an identity pool, without roles.

use crate::pool::Pool;
use crate::settings::Settings;
use contract::Fault;
use domain::new_id;
use domain::role_choice::PoolRoles;
use model::cognito_identity::{CreateIdentityPoolInput, IdentityPool, error};
use service::Cx;
use std::collections::BTreeMap;
use store::table::identity_pools;

/// Makes the pool in the caller's account and the region of the request.
///
/// # Errors
/// What [`Settings::of_request`] and [`Settings::demand_registered`] refuse; `LimitExceededException`.
pub async fn run(cx: &Cx, input: CreateIdentityPoolInput) -> Result<IdentityPool, Fault> {
    let name = input.identity_pool_name.clone();
    let pool = Pool {
        id: new_id::identity_pool_id(cx.region(), cx.random()),
        account: cx.account().clone(),
        region: cx.region().clone(),
        name,
        settings: Settings::of_request(cx.account(), input)?,
        roles: PoolRoles::default(),
        mappings: BTreeMap::new(),
        created: cx.now(),
        modified: cx.now(),
    };
    let row = pool.to_row()?;
    cx.write(async |tx| {
        pool.settings.demand_registered(tx, &pool.account, &[]).await?;
        let there = identity_pools::list(tx, &pool.account, &pool.region, "", POOLS_MOST).await?;
        if there.len() as i64 >= POOLS_MOST {
            return Err(error::limit_exceeded(format!("You cannot have more than {POOLS_MOST} identity pools.")));
        }
        if !identity_pools::insert(tx, &row).await? {
            return Err(Fault::internal(format!("the new pool id {} is taken", row.id)));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    Ok(pool.describe())
}

/// Pools of an account in a region (spec/identity-pools.md 17).
const POOLS_MOST: i64 = 1000;
