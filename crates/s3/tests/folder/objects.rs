//! Putting, reading and removing objects.

use crate::place::{Place, frames, with_bucket};
use http_body_util::BodyExt;
use s3::BodyFault;

#[tokio::test]
async fn what_is_put_is_read() {
    let p = with_bucket().await;
    let put = p.put("/app/a/b.txt", "hello").await.ok();
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(
        (put.header("x-amz-checksum-crc64nvme"), put.header("x-amz-checksum-type")),
        ("M3eFcAZSQlc=", "FULL_OBJECT")
    );
    let got = p.get("/app/a/b.txt").await.ok();
    assert_eq!(got.text(), "hello");
    for (name, value) in [
        ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
        ("content-length", "5"),
        ("content-type", "binary/octet-stream"),
        ("last-modified", "Fri, 15 Jan 2027 08:00:00 GMT"),
        ("accept-ranges", "bytes"),
        ("x-amz-checksum-crc64nvme", ""),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    let head = p.call("HEAD", "/app/a/b.txt", &[("x-amz-checksum-mode", "ENABLED")], "").await.ok();
    assert_eq!((head.header("content-length"), head.text()), ("5", ""));
    assert_eq!(head.header("x-amz-checksum-crc64nvme"), "M3eFcAZSQlc=");
    assert_eq!(p.get("/app/a/B.txt").await.told(), "404 NoSuchKey");
    let missing = p.get("/app/none").await;
    assert_eq!(
        (missing.first("Message").as_str(), missing.first("Key").as_str()),
        ("The specified key does not exist.", "none")
    );
    assert_eq!(p.get("/none/k").await.told(), "404 NoSuchBucket");
}

#[tokio::test]
async fn an_object_is_replaced_and_removed() {
    let p = with_bucket().await;
    p.put("/app/k", "one").await.ok();
    p.put("/app/k", "two").await.ok();
    assert_eq!(p.get("/app/k").await.text(), "two");
    assert_eq!(p.files().len(), 1, "the bytes of the first are gone");
    assert_eq!(p.call("DELETE", "/app/k", &[], "").await.told(), "204");
    assert_eq!(p.call("DELETE", "/app/k", &[], "").await.told(), "204", "it does not matter");
    assert_eq!(p.get("/app/k").await.told(), "404 NoSuchKey");
    assert_eq!(p.files().len(), 0);
    assert_eq!(p.call("DELETE", "/app/k?versionId=v1", &[], "").await.told(), "400 InvalidArgument");
    assert_eq!(p.call("DELETE", "/app/k?versionId=null", &[], "").await.told(), "204");
    assert_eq!(p.get("/app/k?versionId=v1").await.told(), "404 NoSuchVersion");
}

#[tokio::test]
async fn a_reader_keeps_what_it_began_to_read() {
    let p = with_bucket().await;
    let long = vec![7_u8; 3_000_000];
    p.put("/app/k", long.clone()).await.ok();
    let response = p.serve("GET", "/app/k", &[], s3::body::empty(), Some(0)).await.unwrap();
    p.put("/app/k", "short").await.ok();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), long);
}

#[tokio::test]
async fn headers_and_metadata_come_back() {
    let p = with_bucket().await;
    let headers = [
        ("content-type", "Text/HTML; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("content-disposition", "inline"),
        ("content-encoding", "gzip"),
        ("content-language", "de, en"),
        ("expires", "whenever"),
        ("x-amz-meta-Color", "blue"),
        ("x-amz-meta-name", "Zoë"),
        ("x-amz-tagging", "a=1&b=2"),
    ];
    p.call("PUT", "/app/k", &headers, "x").await.ok();
    let head = p.call("HEAD", "/app/k", &[], "").await.ok();
    for (name, value) in &headers[..7] {
        assert_eq!(head.header(name), *value);
    }
    assert_eq!(head.header("x-amz-meta-name"), "=?UTF-8?B?Wm/Dqw==?=");
    assert_eq!(head.header("x-amz-tagging-count"), "2");
    let query = "response-content-type=text/plain&response-expires=now&response-cache-control=max-age%3D1";
    let got = p.get(&format!("/app/k?{query}")).await.ok();
    assert_eq!(
        (got.header("content-type"), got.header("expires"), got.header("cache-control")),
        ("text/plain", "now", "max-age=1")
    );
    assert_eq!(p.by(None).get(&format!("/app/k?{query}")).await.told(), "400 InvalidRequest");
    assert_eq!(p.get("/app/k?response-expires=a%0Ab").await.told(), "400 InvalidArgument");
    let long = "v".repeat(2048);
    assert_eq!(p.call("PUT", "/app/k", &[("x-amz-meta-a", &long)], "x").await.told(), "400 MetadataTooLarge");
    assert_eq!(p.call("PUT", "/app/k", &[("x-amz-meta-a", &long[1..])], "x").await.told(), "200");
    // A new object has nothing of the old one.
    assert_eq!(p.call("HEAD", "/app/k", &[], "").await.ok().header("x-amz-tagging-count"), "");
}

#[tokio::test]
async fn a_range_is_a_piece() {
    let p = with_bucket().await;
    p.put("/app/k", "0123456789").await.ok();
    for (range, told, text, content_range) in [
        ("bytes=2-4", "206", "234", "bytes 2-4/10"),
        ("bytes=7-", "206", "789", "bytes 7-9/10"),
        ("bytes=-2", "206", "89", "bytes 8-9/10"),
        ("bytes=0-99", "206", "0123456789", "bytes 0-9/10"),
        ("bytes=0-1,4-5", "200", "0123456789", ""),
        ("nonsense", "200", "0123456789", ""),
    ] {
        let got = p.call("GET", "/app/k", &[("range", range)], "").await;
        assert_eq!(
            (got.told().as_str(), got.text(), got.header("content-range")),
            (told, text, content_range),
            "{range}"
        );
        assert_eq!(got.header("content-length"), text.len().to_string());
        let head = p.call("HEAD", "/app/k", &[("range", range)], "").await;
        assert_eq!((head.told().as_str(), head.header("content-range")), (told, content_range));
    }
    let beyond = p.call("GET", "/app/k", &[("range", "bytes=10-")], "").await;
    assert_eq!((beyond.told().as_str(), beyond.first("ActualObjectSize").as_str()), ("416 InvalidRange", "10"));
    assert_eq!(p.get("/app/k?partNumber=1").await.told(), "206");
    assert_eq!(p.get("/app/k?partNumber=2").await.told(), "416 InvalidPartNumber");
    assert_eq!(p.get("/app/k?partNumber=0").await.told(), "400 InvalidArgument");
    assert_eq!(p.call("GET", "/app/k?partNumber=1", &[("range", "bytes=0-1")], "").await.told(), "400 InvalidRequest");
}

#[tokio::test]
async fn conditions_of_a_read() {
    let p = with_bucket().await;
    let etag = p.put("/app/k", "x").await.ok().header("etag").to_owned();
    let at = "Fri, 15 Jan 2027 08:00:00 GMT";
    for (headers, told) in [
        (vec![("if-match", etag.as_str())], "200"),
        (vec![("if-match", "\"other\"")], "412 PreconditionFailed"),
        (vec![("if-none-match", etag.as_str())], "304"),
        (vec![("if-none-match", "\"other\""), ("if-modified-since", at)], "200"),
        (vec![("if-modified-since", at)], "304"),
        (vec![("if-unmodified-since", at)], "200"),
        (vec![("if-unmodified-since", "Fri, 15 Jan 2027 07:59:59 GMT")], "412 PreconditionFailed"),
        (vec![("if-modified-since", "yesterday")], "200"),
    ] {
        let got = p.call("GET", "/app/k", &headers, "").await;
        assert_eq!(got.told(), told, "{headers:?}");
        if told == "304" {
            assert_eq!((got.header("etag"), got.header("last-modified"), got.text()), (etag.as_str(), at, ""));
        }
    }
}

#[tokio::test]
async fn conditions_of_a_write() {
    let p = with_bucket().await;
    let put = async |headers: &[(&str, &str)], text: &'static str| p.call("PUT", "/app/k", headers, text).await.told();
    assert_eq!(put(&[("if-match", "\"x\"")], "0").await, "404 NoSuchKey");
    assert_eq!(put(&[("if-none-match", "*")], "1").await, "200");
    assert_eq!(put(&[("if-none-match", "*")], "2").await, "412 PreconditionFailed");
    assert_eq!(put(&[("if-none-match", "\"x\"")], "3").await, "501 NotImplemented");
    let etag = p.get("/app/k").await.header("etag").to_owned();
    assert_eq!(put(&[("if-match", "\"x\"")], "4").await, "412 PreconditionFailed");
    assert_eq!(put(&[("if-match", &etag)], "5").await, "200");
    assert_eq!(p.get("/app/k").await.text(), "5");
    assert_eq!(p.files().len(), 1);
    let delete = async |etag: &str| p.call("DELETE", "/app/k", &[("if-match", etag)], "").await.told();
    assert_eq!(delete(&etag).await, "412 PreconditionFailed");
    assert_eq!(delete("*").await, "204");
    assert_eq!(delete("*").await, "404 NoSuchKey");
}

#[tokio::test]
async fn one_of_many_creates() {
    let p = with_bucket().await;
    let tasks = tokio::task::LocalSet::new();
    let told = tasks
        .run_until(async {
            let each = (0..8).map(|index| {
                let p = p.clone();
                let put =
                    async move { p.call("PUT", "/app/k", &[("if-none-match", "*")], format!("{index}")).await.told() };
                tokio::task::spawn_local(put)
            });
            let each: Vec<_> = each.collect();
            let mut told = Vec::new();
            for task in each {
                told.push(task.await.unwrap());
            }
            told
        })
        .await;
    assert_eq!(told.iter().filter(|told| *told == "200").count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|told| *told == "412 PreconditionFailed").count(), 7, "{told:?}");
    assert_eq!(p.files().len(), 1, "what lost left nothing");
}

#[tokio::test]
async fn a_checksum_is_kept_and_held_to() {
    let p = with_bucket().await;
    let sums = [
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("x-amz-checksum-crc32c", "mnG7TA=="),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
        ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
    ];
    for (name, value) in sums {
        let put = p.call("PUT", "/app/k", &[(name, value)], "hello").await.ok();
        assert_eq!((put.header(name), put.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
        let got = p.call("GET", "/app/k", &[("x-amz-checksum-mode", "ENABLED")], "").await.ok();
        assert_eq!((got.header(name), got.header("x-amz-checksum-crc64nvme")), (value, ""));
        let piece = [("x-amz-checksum-mode", "ENABLED"), ("range", "bytes=0-1")];
        assert_eq!(p.call("GET", "/app/k", &piece, "").await.ok().header(name), "", "not of a piece");
        assert_eq!(p.call("PUT", "/app/k", &[(name, value)], "hullo").await.told(), "400 BadDigest");
        assert_eq!(p.get("/app/k").await.text(), "hello");
    }
    assert_eq!(p.files().len(), 1);
    let list = p.get("/app?list-type=2").await.ok();
    assert_eq!((list.first("ChecksumAlgorithm"), list.first("ChecksumType")), ("SHA256".into(), "FULL_OBJECT".into()));
}

#[tokio::test]
async fn a_checksum_may_come_at_the_end() {
    let p = with_bucket().await;
    let trailer = |name: &'static str, value: &'static str| {
        let mut trailers = http::HeaderMap::new();
        trailers.insert(name, value.parse().unwrap());
        frames([Ok(http_body::Frame::data("hello".into())), Ok(http_body::Frame::trailers(trailers))])
    };
    // Announced by a header, and not.
    for headers in [&[("x-amz-trailer", "x-amz-checksum-crc32c")][..], &[]] {
        let body = trailer("x-amz-checksum-crc32c", "mnG7TA==");
        let put = p.send("PUT", "/app/k", headers, body, Some(5)).await.ok();
        assert_eq!(put.header("x-amz-checksum-crc32c"), "mnG7TA==");
        assert_eq!(put.header("x-amz-checksum-crc64nvme"), "");
    }
    let wrong = trailer("x-amz-checksum-crc32c", "AAAAAA==");
    let told = p.send("PUT", "/app/k2", &[("x-amz-trailer", "x-amz-checksum-crc32c")], wrong, Some(5)).await.told();
    assert_eq!(told, "400 BadDigest");
    assert_eq!(p.get("/app/k2").await.told(), "404 NoSuchKey");
}

#[tokio::test]
async fn a_broken_body_leaves_nothing() {
    let p = with_bucket().await;
    p.put("/app/k", "before").await.ok();
    for (fault, told) in [
        (BodyFault::Length, "400 IncompleteBody"),
        (BodyFault::Sha256Mismatch, "400 XAmzContentSHA256Mismatch"),
        (BodyFault::ChunkSignature, "403 SignatureDoesNotMatch"),
        (BodyFault::Stalled, "400 RequestTimeout"),
        (BodyFault::Lost("secret".into()), "500 InternalError"),
    ] {
        for size in [10, 3_000_000] {
            let body = broken(size, fault.clone());
            assert_eq!(p.send("PUT", "/app/k", &[], body, None).await.told(), told);
        }
    }
    settle(&p, 1).await;
    assert_eq!(p.get("/app/k").await.text(), "before");
}

fn broken(size: usize, fault: BodyFault) -> s3::Body {
    frames([Ok(http_body::Frame::data(bytes::Bytes::from(vec![1; size]))), Err(fault)])
}

/// Waits until tasks that block have ended and there are so many files.
async fn settle(p: &Place, files: usize) {
    for _ in 0..200 {
        if p.files().len() == files {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{:?}", p.files());
}

#[tokio::test]
async fn what_is_not_built_is_refused() {
    let p = with_bucket().await;
    for (name, value, told) in [
        ("x-amz-server-side-encryption", "AES256", "501 NotImplemented"),
        ("x-amz-server-side-encryption", "aws:kms", "501 NotImplemented"),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256", "501 NotImplemented"),
        ("x-amz-website-redirect-location", "/x", "501 NotImplemented"),
        ("x-amz-object-lock-mode", "GOVERNANCE", "400 InvalidRequest"),
        ("x-amz-storage-class", "GLACIER", "501 NotImplemented"),
        ("x-amz-storage-class", "CHEAP", "400 InvalidStorageClass"),
        ("x-amz-storage-class", "STANDARD", "200"),
        ("x-amz-acl", "public-read", "400 AccessControlListNotSupported"),
        ("x-amz-acl", "bucket-owner-full-control", "200"),
        ("x-amz-grant-read", "id=1", "400 AccessControlListNotSupported"),
        ("x-amz-tagging", "a=1&a=2", "400 InvalidArgument"),
    ] {
        assert_eq!(p.call("PUT", "/app/k", &[(name, value)], "x").await.told(), told, "{name}: {value}");
        assert_eq!(p.call("POST", "/app/k?uploads", &[(name, value)], "").await.told(), told, "{name}: {value}");
    }
    for (method, path) in [
        ("PUT", "/app?versioning"),
        ("PUT", "/app?lifecycle"),
        ("PUT", "/app?encryption"),
        ("PUT", "/app?website"),
        ("PUT", "/app?replication"),
        ("PUT", "/app?acl"),
        ("PUT", "/app/k?acl"),
        ("PUT", "/app/k?retention"),
        ("POST", "/app/k?restore"),
        ("POST", "/app/k?select&select-type=2"),
    ] {
        assert_eq!(p.call(method, path, &[], "<x/>").await.told(), "501 NotImplemented", "{method} {path}");
    }
    assert_eq!(p.send("PUT", "/app/big", &[], s3::body::empty(), Some(5 << 30 | 1)).await.told(), "400 EntityTooLarge");
}

#[tokio::test]
async fn many_objects_are_removed_at_once() {
    let p = with_bucket().await;
    for key in ["a", "b%2Fc", "d"] {
        p.put(&format!("/app/{key}"), "x").await.ok();
    }
    let document = "<Delete><Object><Key>a</Key></Object><Object><Key>b/c</Key><ETag>\"no\"</ETag></Object>\
                    <Object><Key>none</Key></Object><Object><Key>d</Key><VersionId>v1</VersionId></Object>\
                    <Object><Key>d</Key><Size>1</Size></Object></Delete>";
    let done = p.call("POST", "/app?delete", &[], document).await.ok();
    assert_eq!(done.all("Deleted"), ["<Key>a</Key>", "<Key>none</Key>"]);
    assert_eq!(done.all("Code"), ["InvalidArgument", "NotImplemented", "PreconditionFailed"]);
    assert_eq!(p.get("/app").await.ok().all("Key"), ["b/c", "d"]);
    let quiet = "<Delete><Quiet>true</Quiet><Object><Key>d</Key></Object></Delete>";
    assert!(!p.call("POST", "/app?delete", &[], quiet).await.ok().text().contains("Deleted"));
    assert_eq!(p.files().len(), 1);
    for document in ["<Delete/>", "<Delete><Object/></Delete>", "no"] {
        assert_eq!(p.call("POST", "/app?delete", &[], document).await.told(), "400 MalformedXML", "{document}");
    }
}

#[tokio::test]
async fn tags_of_an_object() {
    let p = with_bucket().await;
    assert_eq!(p.get("/app/k?tagging").await.told(), "404 NoSuchKey");
    p.call("PUT", "/app/k", &[("x-amz-tagging", "a=1")], "x").await.ok();
    assert_eq!(p.get("/app/k?tagging").await.ok().first("TagSet"), "<Tag><Key>a</Key><Value>1</Value></Tag>");
    let set = "<Tagging><TagSet><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>";
    p.put("/app/k?tagging", set).await.ok();
    assert_eq!(p.get("/app/k?tagging").await.ok().all("Key"), ["b"]);
    let (bucket, key) = (s3::BucketName::parse("app").unwrap(), s3::ObjectKey::parse("k").unwrap());
    let tags = p.folder.object_tags(&bucket, &key, None).await.unwrap();
    assert_eq!(tags, Some(vec![("b".to_owned(), "2".to_owned())]));
    assert_eq!(p.folder.object_tags(&bucket, &key, Some("v1")).await.unwrap(), None);
    assert_eq!(p.put("/app/k?tagging", "<Tagging/>").await.told(), "400 MalformedXML");
    assert_eq!(p.put("/app/none?tagging", set).await.told(), "404 NoSuchKey");
    assert_eq!(p.call("DELETE", "/app/k?tagging", &[], "").await.told(), "204");
    assert_eq!(p.folder.object_tags(&bucket, &key, None).await.unwrap(), Some(vec![]));
    assert_eq!(p.get("/app/k").await.text(), "x", "the object itself did not change");
}

#[tokio::test]
async fn attributes_and_owner_of_an_object() {
    let p = with_bucket().await;
    p.put("/app/k", "hello").await.ok();
    let asked = [("x-amz-object-attributes", "ETag,Checksum, ObjectSize,StorageClass,ObjectParts")];
    let got = p.call("GET", "/app/k?attributes", &asked, "").await.ok();
    let values = ["ETag", "ChecksumCRC64NVME", "ChecksumType", "ObjectSize", "StorageClass", "PartsCount"]
        .map(|name| got.first(name));
    assert_eq!(values, ["5d41402abc4b2a76b9719d911017c592", "M3eFcAZSQlc=", "FULL_OBJECT", "5", "STANDARD", ""]);
    assert_eq!(
        p.call("GET", "/app/k?attributes", &[("x-amz-object-attributes", "Size")], "").await.told(),
        "400 InvalidArgument"
    );
    assert_eq!(p.get("/app/k?attributes").await.told(), "400 InvalidArgument");
    for path in ["/app/k?acl", "/app?acl"] {
        let acl = p.get(path).await.ok();
        assert_eq!(acl.all("Permission"), ["FULL_CONTROL"]);
        assert_eq!(acl.all("ID")[0], acl.all("ID")[1], "owner and grantee");
        assert!(acl.text().contains("xsi:type=\"CanonicalUser\""));
    }
    assert_eq!(p.get("/app/none?acl").await.told(), "404 NoSuchKey");
}
