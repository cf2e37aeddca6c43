//! DescribeIdentityPool.

use crate::support::{identity_pool, world};
use serde_json::json;

#[tokio::test]
async fn a_pool_is_described_to_its_owner_in_its_region() {
    let mut w = world().await;
    let id = identity_pool(&w, json!({"AllowClassicFlow": true})).await;
    let input = json!({"IdentityPoolId": id});
    assert_eq!(
        *w.call("DescribeIdentityPool", &input).await.ok(),
        json!({
            "IdentityPoolId": id, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
            "AllowClassicFlow": true,
        })
    );
    w.region = "eu-west-1".to_owned();
    let answer = w.call("DescribeIdentityPool", &input).await;
    assert_eq!(answer.to_string(), format!("400 ResourceNotFoundException: IdentityPool '{id}' not found."));
}

#[tokio::test]
async fn a_pool_of_another_account_is_not_found() {
    let w = world().await;
    let id = identity_pool(&w, json!({})).await;
    let pool = domain::IdentityPoolId::from(id.as_str());
    let moved = w.node.store.write(async |tx| {
        use store::table::identity_pools;
        let mut row = identity_pools::find(tx, &pool).await?.unwrap();
        identity_pools::delete(tx, &pool).await?;
        row.account_id = "999999999999".into();
        tx.touch_catalog().await?;
        Ok::<_, contract::Fault>(identity_pools::insert(tx, &row).await?)
    });
    assert!(moved.await.unwrap());
    let input =
        json!({"IdentityPoolId": id, "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true, "Roles": {}});
    for operation in [
        "DescribeIdentityPool",
        "UpdateIdentityPool",
        "DeleteIdentityPool",
        "GetIdentityPoolRoles",
        "SetIdentityPoolRoles",
    ] {
        let answer = w.call(operation, &input).await;
        assert_eq!(answer.to_string(), format!("400 ResourceNotFoundException: IdentityPool '{id}' not found."));
    }
}
