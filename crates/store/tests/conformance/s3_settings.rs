//! What is set about buckets.

use crate::lab::Lab;
use domain::id::AccountId;
use domain::time::Timestamp;
use store::StoreError;
use store::table::s3_bucket_settings::{self, BucketSetting};

pub async fn s3_bucket_settings(lab: &Lab) {
    let account = AccountId::from("123456789012");
    let stranger = AccountId::from("999999999999");
    let setting = |bucket: &str, kind: &str| BucketSetting {
        bucket: bucket.to_owned(),
        account_id: account.clone(),
        kind: kind.to_owned(),
        document: "{}".into(),
        updated_ms: Timestamp::from_millis(1),
    };
    let store = lab.open().await;
    let before = store.generation();
    let story = async |tx: &mut store::Tx| {
        let (policy, block) = (setting("app", "policy"), setting("app", "block"));
        for row in [&policy, &block, &setting("other", "policy"), &setting("", "block")] {
            s3_bucket_settings::put(tx, row).await?;
        }
        assert_eq!(s3_bucket_settings::list(tx, "app").await?, [block.clone(), policy.clone()]);
        assert_eq!(s3_bucket_settings::list(tx, "").await?, [setting("", "block")]);
        let changed = BucketSetting { document: "[]".into(), updated_ms: Timestamp::from_millis(2), ..policy };
        s3_bucket_settings::put(tx, &changed).await?;
        assert_eq!(s3_bucket_settings::list(tx, "app").await?, [block, changed.clone()]);
        assert!(!s3_bucket_settings::delete(tx, "app", &stranger, "block").await?);
        assert!(s3_bucket_settings::delete(tx, "app", &account, "block").await?);
        assert!(!s3_bucket_settings::delete(tx, "app", &account, "block").await?);
        assert_eq!(s3_bucket_settings::list(tx, "app").await?, [changed]);
        s3_bucket_settings::delete_all(tx, "app").await?;
        assert_eq!(s3_bucket_settings::list(tx, "app").await?, []);
        assert_eq!(s3_bucket_settings::list(tx, "other").await?.len(), 1);
        Ok::<_, StoreError>(())
    };
    store.write(story).await.unwrap();
    assert!(store.generation() > before);
}
