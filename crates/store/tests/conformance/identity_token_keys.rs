//! The keys that sign the OpenID tokens of identity pools.

use crate::lab::Lab;
use domain::id::Region;
use domain::time::Timestamp;
use store::StoreError;
use store::table::identity_token_keys::{self as keys, IdentityTokenKey};

pub async fn identity_token_keys(lab: &Lab) {
    let key = |region: &str, number: i64| IdentityTokenKey {
        region: Region::from(region),
        number,
        key_id: format!("{region}{number}"),
        sealed_private: vec![7, 0, 7],
        public_modulus: vec![0x80, 1],
        public_exponent: vec![1, 0, 1],
        created_ms: Timestamp::from_millis(1_800_000_000_000),
    };
    let story = async |tx: &mut store::Tx| {
        let west = Region::from("eu-west-1");
        let (first, tenth, other) = (key("eu-west-1", 1), key("eu-west-1", 10), key("us-east-1", 1));
        assert_eq!(keys::of_region(tx, &west).await?, []);
        for row in [&other, &tenth, &first] {
            assert!(keys::insert(tx, row).await?);
        }
        assert!(!keys::insert(tx, &IdentityTokenKey { key_id: "free".into(), ..first.clone() }).await?, "same number");
        assert!(!keys::insert(tx, &IdentityTokenKey { number: 2, ..first.clone() }).await?, "same key id");
        assert_eq!(keys::of_region(tx, &west).await?, [first.clone(), tenth.clone()], "by number, not by text");
        assert_eq!(keys::of_region(tx, &Region::from("eu-west")).await?, []);
        assert_eq!(keys::find(tx, "us-east-11").await?.as_ref(), Some(&other));
        assert_eq!(keys::find(tx, "US-EAST-11").await?, None);
        assert_eq!(keys::all(tx).await?, [first.clone(), tenth.clone(), other.clone()]);
        assert_eq!(keys::delete_below(tx, &west, 1).await?, 0);
        assert_eq!(keys::delete_below(tx, &west, 10).await?, 1);
        assert_eq!(keys::all(tx).await?, [tenth, other]);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}
