//! The index of S3: buckets, objects, uploads, parts, and files to be removed.

use crate::lab::Lab;
use domain::id::{AccountId, Region};
use domain::time::Timestamp;
use store::table::s3_buckets::{self as buckets, S3Bucket};
use store::table::s3_objects::{self as objects, S3Object};
use store::table::s3_parts::{self as parts, S3Part};
use store::table::s3_trash::{self as trash, S3Trash};
use store::table::s3_uploads::{self as uploads, S3Upload};
use store::{StoreError, Tx};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn bucket(name: &str, account: &str) -> S3Bucket {
    S3Bucket {
        name: name.to_owned(),
        account_id: AccountId::from(account),
        region: Region::from("eu-west-1"),
        created_ms: at(7),
        cors: None,
        tags: None,
        ownership: Some("BucketOwnerEnforced".to_owned()),
    }
}

fn object(key: &[u8], content: &str) -> S3Object {
    S3Object {
        bucket: "photos".to_owned(),
        key: key.to_vec(),
        content: content.to_owned(),
        parts: 0,
        size: 5_000_000_000_000,
        etag: "e".to_owned(),
        modified_ms: at(9),
        checksum: None,
        headers: "{}".to_owned(),
        tags: Some("[]".to_owned()),
    }
}

pub async fn s3_buckets(lab: &Lab) {
    let story = async |tx: &mut Tx| {
        let (first, second, other) = (bucket("a-b", "1"), bucket("a.b", "1"), bucket("a-c", "2"));
        for row in [&second, &other, &first] {
            assert!(buckets::insert(tx, row).await?);
        }
        assert!(!buckets::insert(tx, &bucket("a-b", "2")).await?, "names are everybody's");
        assert_eq!(buckets::find(tx, "a-b").await?.as_ref(), Some(&first));
        assert_eq!(buckets::find(tx, "A-B").await?, None);
        assert!(buckets::exists(tx, "a.b").await? && !buckets::exists(tx, "a").await?);
        let account = AccountId::from("1");
        assert_eq!(buckets::list(tx, &account, "", "", 9).await?, [first.clone(), second.clone()]);
        assert_eq!(buckets::list(tx, &account, "", "", 1).await?, std::slice::from_ref(&first));
        assert_eq!(buckets::list(tx, &account, "a.", "", 9).await?, std::slice::from_ref(&second));
        assert_eq!(buckets::list(tx, &account, "a", "a-b", 9).await?, [second]);
        let changed = S3Bucket { cors: Some("[1]".into()), tags: Some("[2]".into()), ownership: None, ..first.clone() };
        assert!(buckets::update(tx, &changed).await?);
        assert_eq!(buckets::find(tx, "a-b").await?, Some(changed));
        assert!(!buckets::update(tx, &bucket("none", "1")).await?);
        assert!(buckets::delete(tx, "a-b").await? && !buckets::delete(tx, "a-b").await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn s3_objects(lab: &Lab) {
    const KEYS: [&[u8]; 6] = [b"\0", b"a", b"a/", b"a/b", b"b\xff", "é".as_bytes()];
    let story = async |tx: &mut Tx| {
        for (index, key) in KEYS.iter().enumerate().rev() {
            objects::put(tx, &object(key, &format!("c{index}"))).await?;
        }
        objects::put(tx, &S3Object { bucket: "other".into(), ..object(b"a", "c9") }).await?;
        assert_eq!(objects::find(tx, "photos", b"a/").await?, Some(object(b"a/", "c2")));
        assert_eq!(objects::find(tx, "photos", b"A").await?, None);
        let keys = async |tx: &mut Tx, from: &[u8], below: Option<&[u8]>, limit: i64| {
            let rows = objects::list(tx, "photos", from, below, limit).await?;
            Ok::<_, StoreError>(rows.into_iter().map(|row| row.key).collect::<Vec<_>>())
        };
        assert_eq!(keys(tx, b"", None, 9).await?, KEYS, "by bytes");
        assert_eq!(keys(tx, b"a/", None, 2).await?, [b"a/".as_slice(), b"a/b"]);
        assert_eq!(keys(tx, b"a", Some(b"a0"), 9).await?, [b"a".as_slice(), b"a/", b"a/b"]);
        // Another object in its place: the row is replaced, not doubled.
        let replaced = S3Object { content: "c8".into(), parts: 3, checksum: Some("x".into()), ..object(b"a", "") };
        objects::put(tx, &replaced).await?;
        assert_eq!(objects::find(tx, "photos", b"a").await?, Some(replaced.clone()));
        assert!(objects::names_content(tx, "c8").await? && !objects::names_content(tx, "c1").await?);
        assert!(objects::update_tags(tx, "photos", b"a", None).await?);
        assert!(!objects::update_tags(tx, "photos", b"none", None).await?);
        assert_eq!(objects::find(tx, "photos", b"a").await?, Some(S3Object { tags: None, ..replaced }));
        assert!(objects::delete(tx, "photos", b"a").await? && !objects::delete(tx, "photos", b"a").await?);
        assert!(objects::any(tx, "other").await? && !objects::any(tx, "none").await?);
        Ok::<_, StoreError>(())
    };
    let store = lab.open().await;
    store.write(story).await.unwrap();
    let shared = store.write(async |tx| objects::put(tx, &object(b"new", "c2")).await).await;
    assert!(matches!(shared, Err(StoreError::Unique(_))), "no two objects share a file: {shared:?}");
}

pub async fn s3_uploads_and_trash(lab: &Lab) {
    let upload = |key: &[u8], id: &str| S3Upload {
        bucket: "photos".into(),
        key: key.to_vec(),
        id: id.into(),
        started_ms: at(3),
        initiator: "1".into(),
        checksum: Some("CRC32".into()),
        headers: "{}".into(),
        tags: None,
    };
    let part = |number: i64, content: &str| S3Part {
        upload: "u1".into(),
        number,
        content: content.into(),
        size: 5,
        etag: "e".into(),
        modified_ms: at(4),
        checksum: None,
    };
    let story = async |tx: &mut Tx| {
        for (key, id) in [(b"b", "u1"), (b"a", "u3"), (b"a", "u2")] {
            assert!(uploads::insert(tx, &upload(key, id)).await?);
        }
        assert!(!uploads::insert(tx, &upload(b"c", "u1")).await?, "an id is one upload's");
        assert_eq!(uploads::find(tx, "photos", b"b", "u1").await?, Some(upload(b"b", "u1")));
        assert_eq!(uploads::find(tx, "photos", b"a", "u1").await?, None, "of another key");
        let ids = async |tx: &mut Tx, after: (&[u8], &str), below: Option<&[u8]>| {
            let rows = uploads::list(tx, "photos", after, below, 9).await?;
            Ok::<_, StoreError>(rows.into_iter().map(|row| row.id).collect::<Vec<_>>())
        };
        assert_eq!(ids(tx, (b"", ""), None).await?, ["u2", "u3", "u1"]);
        assert_eq!(ids(tx, (b"a", "u2"), None).await?, ["u3", "u1"]);
        assert_eq!(ids(tx, (b"a", ""), Some(b"b")).await?, ["u2", "u3"]);
        for row in [part(10, "p10"), part(2, "p2"), part(1, "p1"), S3Part { upload: "u2".into(), ..part(1, "q1") }] {
            parts::put(tx, &row).await?;
        }
        parts::put(tx, &part(2, "p2b")).await?;
        assert_eq!(parts::list(tx, "u1", 0, 9).await?, [part(1, "p1"), part(2, "p2b"), part(10, "p10")]);
        assert_eq!(parts::list(tx, "u1", 1, 1).await?, [part(2, "p2b")]);
        assert_eq!(parts::find(tx, "u1", 10).await?, Some(part(10, "p10")));
        assert!(parts::names_content(tx, "p2b").await? && !parts::names_content(tx, "p2").await?);
        assert!(parts::delete(tx, "u1", 10).await? && !parts::delete(tx, "u1", 10).await?);
        let row = |content: &str, ms: i64| S3Trash { content: content.into(), bucket: "photos".into(), due_ms: at(ms) };
        assert!(trash::insert(tx, &row("p2", 5)).await? && !trash::insert(tx, &row("p2", 6)).await?);
        assert_eq!(trash::insert_parts(tx, "u1", "photos", at(6)).await?, 2);
        assert_eq!(parts::delete_all(tx, "u1").await?, 2);
        assert_eq!(trash::list_due(tx, at(5), 9).await?, [row("p2", 5)]);
        assert_eq!(trash::list_due(tx, at(6), 2).await?, [row("p2", 5), row("p1", 6)]);
        assert!(trash::delete(tx, "p2").await? && !trash::delete(tx, "p2").await?);
        assert!(uploads::delete(tx, "photos", b"b", "u1").await?);
        assert!(!uploads::delete(tx, "photos", b"b", "u1").await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}
