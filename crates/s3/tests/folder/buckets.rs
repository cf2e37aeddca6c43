//! Making, finding and removing buckets.

use crate::place::{ALICE, BOB, LOCATION, place, with_bucket};
use s3::BucketName;

#[tokio::test]
async fn a_bucket_is_made_once() {
    let p = place().await;
    let made = p.call("PUT", "/app", &[], LOCATION).await.ok();
    assert_eq!(made.header("location"), "/app");
    assert_eq!(p.call("PUT", "/app", &[], LOCATION).await.told(), "409 BucketAlreadyOwnedByYou");
    assert_eq!(p.by(Some(BOB)).call("PUT", "/app", &[], LOCATION).await.told(), "409 BucketAlreadyExists");
    assert_eq!(p.by(None).call("PUT", "/new", &[], LOCATION).await.told(), "403 AccessDenied");
    let facts = p.folder.bucket(&BucketName::parse("app").unwrap()).await.unwrap().unwrap();
    assert_eq!((facts.account.as_str(), facts.region.as_str(), facts.created), (ALICE, "eu-west-1", p.now()));
    assert_eq!(p.folder.bucket(&BucketName::parse("none").unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn the_oldest_region_is_different() {
    let p = place().await.at("us-east-1");
    p.put("/classic", "").await.ok();
    assert_eq!(p.put("/classic", "").await.told(), "200", "making one's own again");
    p.call("PUT", "/app", &[], LOCATION).await.ok();
    assert_eq!(p.get("/app?location").await.first("LocationConstraint"), "");
    assert!(p.get("/app?location").await.text().contains(">eu-west-1</LocationConstraint>"));
    assert!(!p.get("/classic?location").await.ok().text().contains("us-east-1"));
    let other = LOCATION.replace("eu-west-1", "us-east-1");
    assert_eq!(p.put("/x-y", other).await.told(), "400 InvalidLocationConstraint");
}

#[tokio::test]
async fn elsewhere_a_bucket_is_made_here_and_it_is_said() {
    let p = place().await;
    let refused = p.put("/app", "").await;
    assert_eq!(refused.told(), "400 IllegalLocationConstraintException");
    assert_eq!(
        refused.first("Message"),
        "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
    );
    let other = LOCATION.replace("eu-west-1", "ap-south-1");
    assert_eq!(p.put("/app", other).await.told(), "400 IllegalLocationConstraintException");
    assert_eq!(p.put("/app", LOCATION.replace("eu-west-1", "nowhere")).await.told(), "400 InvalidLocationConstraint");
    assert_eq!(p.put("/app", "<CreateBucket").await.told(), "400 MalformedXML");
    assert_eq!(p.put("/xn--app", LOCATION).await.told(), "400 InvalidBucketName");
    for (name, value, told) in [
        ("x-amz-bucket-object-lock-enabled", "true", "501 NotImplemented"),
        ("x-amz-object-ownership", "ObjectWriter", "501 NotImplemented"),
        ("x-amz-acl", "public-read", "400 InvalidBucketAclWithObjectOwnership"),
        ("x-amz-acl", "private", "200"),
    ] {
        assert_eq!(p.call("PUT", "/app", &[(name, value)], LOCATION).await.told(), told, "{name}: {value}");
    }
}

#[tokio::test]
async fn only_an_empty_bucket_is_deleted() {
    let p = with_bucket().await;
    p.put("/app/k", "x").await.ok();
    assert_eq!(p.call("DELETE", "/app", &[], "").await.told(), "409 BucketNotEmpty");
    p.call("DELETE", "/app/k", &[], "").await.ok();
    let upload = p.call("POST", "/app/k?uploads", &[], "").await.ok().first("UploadId");
    p.put(&format!("/app/k?partNumber=1&uploadId={upload}"), "part").await.ok();
    assert_eq!(p.call("DELETE", "/app", &[], "").await.told(), "204");
    assert_eq!(p.call("HEAD", "/app", &[], "").await.told(), "404 NoSuchBucket");
    assert_eq!(p.call("DELETE", "/app", &[], "").await.told(), "404 NoSuchBucket");
    assert_eq!(p.files(), Vec::<std::path::PathBuf>::new(), "nothing is left of it");
    assert!(!p.root().join("app").exists());
    p.call("PUT", "/app", &[], LOCATION).await.ok();
    assert_eq!(p.get("/app?uploads").await.ok().all("UploadId"), Vec::<String>::new());
    p.put("/app/k", "again").await.ok();
    assert_eq!(p.get("/app/k").await.text(), "again");
}

#[tokio::test]
async fn a_caller_lists_their_own() {
    let p = place().await;
    for name in ["b-2", "a-1", "b-1"] {
        p.call("PUT", &format!("/{name}"), &[], LOCATION).await.ok();
    }
    p.by(Some(BOB)).at("us-east-1").put("/bobs", "").await.ok();
    let all = p.get("/").await.ok();
    assert_eq!(all.all("Name"), ["a-1", "b-1", "b-2"]);
    assert_eq!(all.all("CreationDate")[0], "2027-01-15T08:00:00.000Z");
    assert_eq!(all.first("Owner").len(), "<ID></ID>".len() + 64);
    assert_eq!(all.all("BucketRegion"), Vec::<String>::new());
    assert_eq!(p.get("/?prefix=b-").await.ok().all("Name"), ["b-1", "b-2"]);
    assert_eq!(p.get("/?bucket-region=us-east-1").await.ok().all("Name"), Vec::<String>::new());
    let page = p.get("/?max-buckets=2").await.ok();
    assert_eq!(page.all("Name"), ["a-1", "b-1"]);
    assert_eq!(page.all("BucketRegion"), ["eu-west-1", "eu-west-1"]);
    let token = page.first("ContinuationToken");
    let rest = p.get(&format!("/?max-buckets=2&continuation-token={token}")).await.ok();
    assert_eq!((rest.all("Name"), rest.all("ContinuationToken")), (vec!["b-2".to_owned()], vec![]));
    assert_eq!(p.get("/?max-buckets=0").await.told(), "400 InvalidArgument");
    assert_eq!(p.get("/?continuation-token=%21").await.told(), "400 InvalidArgument");
}

#[tokio::test]
async fn a_bucket_tells_where_it_is_and_whose() {
    let p = with_bucket().await;
    assert_eq!(p.call("HEAD", "/app", &[], "").await.ok().header("x-amz-bucket-region"), "eu-west-1");
    let expect = |account| [("x-amz-expected-bucket-owner", account)];
    assert_eq!(p.call("HEAD", "/app", &expect(ALICE), "").await.told(), "200");
    assert_eq!(p.call("HEAD", "/app", &expect(BOB), "").await.told(), "403 AccessDenied");
    assert_eq!(p.call("PUT", "/app/k", &expect(BOB), "x").await.told(), "403 AccessDenied");
    assert_eq!(p.put("/none/k", "x").await.told(), "404 NoSuchBucket");
    assert_eq!(p.files(), Vec::<std::path::PathBuf>::new());
}
