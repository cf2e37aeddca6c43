//! What is set about a bucket.

use crate::place::{ALICE, LOCATION, with_bucket};
use s3::BucketName;
use store::StoreError;
use store::table::s3_bucket_settings::{self, BucketSetting};

const CORS: &str = "<CORSConfiguration><CORSRule><ID>one</ID><AllowedOrigin>https://*.example.com</AllowedOrigin>\
                    <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>\
                    <ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds></CORSRule>\
                    <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

#[tokio::test]
async fn cors_rules() {
    let p = with_bucket().await;
    let app = BucketName::parse("app").unwrap();
    let missing = p.get("/app?cors").await;
    assert_eq!(missing.told(), "404 NoSuchCORSConfiguration");
    let ask = async |origin: &str, method: &str, headers: Option<&str>| match p
        .folder
        .preflight(&app, origin, method, headers)
        .await
    {
        Ok(response) => response.headers().clone(),
        Err(fault) => panic!("{fault:?}"),
    };
    let refused = async |origin: &str, method: &str, headers: Option<&str>| {
        p.folder.preflight(&app, origin, method, headers).await.unwrap_err().message
    };
    assert!(refused("https://a.example.com", "GET", None).await.ends_with("CORS is not enabled for this bucket."));
    p.put("/app?cors", CORS).await.ok();
    let shown = p.get("/app?cors").await.ok();
    assert_eq!(
        (shown.all("AllowedOrigin"), shown.all("MaxAgeSeconds")),
        (vec!["https://*.example.com".to_owned(), "*".to_owned()], vec!["300".to_owned()],)
    );
    let headers = ask("https://a.example.com", "PUT", Some("X-Amz-Date, content-type")).await;
    for (name, value) in [
        ("access-control-allow-origin", "https://a.example.com"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET, PUT"),
        ("access-control-allow-headers", "x-amz-date, content-type"),
        ("access-control-expose-headers", "ETag"),
        ("access-control-max-age", "300"),
        ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(ask("https://elsewhere.org", "GET", None).await["access-control-allow-origin"], "*");
    assert!(refused("https://elsewhere.org", "PUT", None).await.contains("not allowed"));
    assert!(refused("https://elsewhere.org", "GET", Some("range")).await.contains("not allowed"));
    let actual = p.folder.cors_headers(&app, "https://elsewhere.org", "GET").await.unwrap();
    assert_eq!(
        (
            actual["access-control-allow-origin"].to_str().unwrap(),
            actual.contains_key("access-control-allow-credentials")
        ),
        ("*", false)
    );
    assert!(p.folder.cors_headers(&app, "https://elsewhere.org", "DELETE").await.unwrap().is_empty());
    assert_eq!(p.put("/app?cors", "<CORSConfiguration/>").await.told(), "400 MalformedXML");
    assert_eq!(p.call("DELETE", "/app?cors", &[], "").await.told(), "204");
    assert_eq!(p.get("/app?cors").await.told(), "404 NoSuchCORSConfiguration");
}

#[tokio::test]
async fn tags_and_ownership() {
    let p = with_bucket().await;
    assert_eq!(p.get("/app?tagging").await.told(), "404 NoSuchTagSet");
    let set = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    assert_eq!(p.put("/app?tagging", set).await.told(), "204");
    assert_eq!(p.get("/app?tagging").await.ok().first("TagSet"), "<Tag><Key>a</Key><Value>1</Value></Tag>");
    assert_eq!(p.call("DELETE", "/app?tagging", &[], "").await.told(), "204");
    assert_eq!(p.get("/app?tagging").await.told(), "404 NoSuchTagSet");
    assert_eq!(p.get("/app?ownershipControls").await.ok().first("ObjectOwnership"), "BucketOwnerEnforced");
    let set = |rule: &str| {
        format!("<OwnershipControls><Rule><ObjectOwnership>{rule}</ObjectOwnership></Rule></OwnershipControls>")
    };
    assert_eq!(p.put("/app?ownershipControls", set("ObjectWriter")).await.told(), "501 NotImplemented");
    assert_eq!(p.put("/app?ownershipControls", set("Nobody")).await.told(), "400 MalformedXML");
    assert_eq!(p.call("DELETE", "/app?ownershipControls", &[], "").await.told(), "204");
    assert_eq!(p.get("/app?ownershipControls").await.told(), "404 OwnershipControlsNotFoundError");
    assert_eq!(p.put("/app?ownershipControls", set("BucketOwnerEnforced")).await.told(), "200");
}

#[tokio::test]
async fn what_no_bucket_has_is_said_so() {
    let p = with_bucket().await;
    for (query, told) in [
        ("versioning", "200"),
        ("logging", "200"),
        ("notification", "200"),
        ("accelerate", "200"),
        ("requestPayment", "200"),
        ("encryption", "404 ServerSideEncryptionConfigurationNotFoundError"),
        ("lifecycle", "404 NoSuchLifecycleConfiguration"),
        ("replication", "404 ReplicationConfigurationNotFoundError"),
        ("website", "404 NoSuchWebsiteConfiguration"),
        ("object-lock", "404 ObjectLockConfigurationNotFoundError"),
    ] {
        assert_eq!(p.get(&format!("/app?{query}")).await.told(), told, "{query}");
        assert_eq!(p.get(&format!("/none?{query}")).await.told(), "404 NoSuchBucket", "{query}");
    }
    assert!(!p.get("/app?versioning").await.text().contains("Status"));
}

/// A bucket that was made anew has nothing of the one before.
#[tokio::test]
async fn configuration_goes_with_the_bucket() {
    let p = with_bucket().await;
    p.put("/app?cors", CORS).await.ok();
    let setting = BucketSetting {
        bucket: "app".into(),
        kind: "policy".into(),
        account_id: ALICE.into(),
        document: "{}".into(),
        updated_ms: p.now(),
    };
    let keep: Result<(), StoreError> = p.store.write(async |tx| s3_bucket_settings::put(tx, &setting).await).await;
    keep.unwrap();
    p.call("DELETE", "/app", &[], "").await.ok();
    let left: Result<Vec<BucketSetting>, StoreError> =
        p.store.read(async |tx| s3_bucket_settings::list(tx, "app").await).await;
    assert_eq!(left.unwrap(), []);
    p.advance(1);
    p.call("PUT", "/app", &[], LOCATION).await.ok();
    assert_eq!(p.get("/app?cors").await.told(), "404 NoSuchCORSConfiguration");
}
