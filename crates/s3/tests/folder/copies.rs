//! Copying objects.

use crate::place::{BOB, LOCATION, with_bucket};

#[tokio::test]
async fn a_copy_is_an_object_of_its_own() {
    let p = with_bucket().await;
    p.call("PUT", "/other", &[], LOCATION).await.ok();
    let headers = [("content-type", "text/plain"), ("x-amz-meta-a", "1"), ("x-amz-tagging", "t=1")];
    p.call("PUT", "/app/a%20b", &headers, "hello").await.ok();
    p.advance(60);
    let copied = p.call("PUT", "/other/copy", &[("x-amz-copy-source", "/app/a%20b")], "").await.ok();
    assert_eq!(copied.first("ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
    assert_eq!(copied.first("LastModified"), "2027-01-15T08:01:00.000Z");
    assert_eq!(copied.first("ChecksumCRC64NVME"), "M3eFcAZSQlc=");
    p.call("DELETE", "/app/a%20b", &[], "").await.ok();
    let got = p.get("/other/copy").await.ok();
    assert_eq!(got.text(), "hello");
    assert_eq!((got.header("content-type"), got.header("x-amz-meta-a")), ("text/plain", "1"));
    assert_eq!(got.header("x-amz-tagging-count"), "1");
    assert_eq!(p.files().len(), 1);
}

#[tokio::test]
async fn a_copy_onto_itself_changes_something() {
    let p = with_bucket().await;
    p.call("PUT", "/app/k", &[("x-amz-meta-a", "1"), ("x-amz-tagging", "t=1")], "hello").await.ok();
    let copy = async |headers: &[(&str, &str)]| {
        let headers: Vec<_> = [("x-amz-copy-source", "app/k")].iter().chain(headers).copied().collect();
        p.call("PUT", "/app/k", &headers, "").await.told()
    };
    assert_eq!(copy(&[]).await, "400 InvalidRequest");
    assert_eq!(copy(&[("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2")]).await, "200");
    let head = p.call("HEAD", "/app/k", &[], "").await.ok();
    assert_eq!(
        (head.header("x-amz-meta-a"), head.header("x-amz-meta-b"), head.header("x-amz-tagging-count")),
        ("", "2", "1")
    );
    assert_eq!(copy(&[("x-amz-tagging-directive", "REPLACE"), ("x-amz-tagging", "u=1&v=2")]).await, "200");
    assert_eq!(p.get("/app/k?tagging").await.ok().all("Key"), ["u", "v"]);
    assert_eq!(copy(&[("x-amz-checksum-algorithm", "SHA256")]).await, "200");
    let head = p.call("HEAD", "/app/k", &[("x-amz-checksum-mode", "ENABLED")], "").await.ok();
    assert_eq!(head.header("x-amz-checksum-sha256"), "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
    assert_eq!(copy(&[("x-amz-metadata-directive", "MAYBE")]).await, "400 InvalidArgument");
    assert_eq!(p.get("/app/k").await.text(), "hello");
    assert_eq!(p.files().len(), 1);
}

#[tokio::test]
async fn conditions_of_both_sides() {
    let p = with_bucket().await;
    let etag = p.put("/app/k", "hello").await.ok().header("etag").to_owned();
    p.put("/app/there", "x").await.ok();
    let at = "Fri, 15 Jan 2027 08:00:00 GMT";
    for (to, name, value, told) in [
        ("new", "x-amz-copy-source-if-match", etag.as_str(), "200"),
        ("new", "x-amz-copy-source-if-match", "\"x\"", "412 PreconditionFailed"),
        ("new", "x-amz-copy-source-if-none-match", etag.as_str(), "412 PreconditionFailed"),
        ("new", "x-amz-copy-source-if-modified-since", at, "412 PreconditionFailed"),
        ("new", "x-amz-copy-source-if-unmodified-since", at, "200"),
        ("there", "if-none-match", "*", "412 PreconditionFailed"),
        ("fresh", "if-none-match", "*", "200"),
        ("new", "x-amz-source-expected-bucket-owner", BOB, "403 AccessDenied"),
    ] {
        let headers = [("x-amz-copy-source", "app/k"), (name, value)];
        assert_eq!(p.call("PUT", &format!("/app/{to}"), &headers, "").await.told(), told, "{name}: {value}");
    }
    for (source, told) in [
        ("app/none", "404 NoSuchKey"),
        ("none/k", "404 NoSuchBucket"),
        ("app/k?versionId=v1", "404 NoSuchVersion"),
        ("app/k?versionId=null", "200"),
        ("app", "400 InvalidArgument"),
    ] {
        assert_eq!(p.call("PUT", "/app/new", &[("x-amz-copy-source", source)], "").await.told(), told, "{source}");
    }
    assert_eq!(p.get("/app/there").await.text(), "x");
}
