//! Objects that come in parts.

use crate::place::{Place, with_bucket};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const MIB: usize = 1024 * 1024;

async fn begin(p: &Place, path: &str, headers: &[(&str, &str)]) -> String {
    p.call("POST", &format!("{path}?uploads"), headers, "").await.ok().first("UploadId")
}

async fn part(p: &Place, path: &str, upload: &str, number: usize, bytes: Vec<u8>) -> String {
    let put = p.put(&format!("{path}?partNumber={number}&uploadId={upload}"), bytes).await.ok();
    put.header("etag").to_owned()
}

fn list(parts: &[(usize, &str)]) -> String {
    let part =
        |(number, etag): &(usize, &str)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
    format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.iter().map(part).collect::<String>())
}

#[tokio::test]
async fn parts_become_an_object() {
    let p = with_bucket().await;
    let upload = begin(&p, "/app/k", &[("content-type", "text/plain"), ("x-amz-tagging", "t=1")]).await;
    let first = part(&p, "/app/k", &upload, 1, vec![b'a'; 5 * MIB]).await;
    let unused = part(&p, "/app/k", &upload, 2, vec![b'x'; 10]).await;
    let replaced = part(&p, "/app/k", &upload, 3, vec![b'y'; 10]).await;
    let last = part(&p, "/app/k", &upload, 3, b"end".to_vec()).await;
    assert_ne!(replaced, last);
    assert_eq!(p.get("/app/k").await.told(), "404 NoSuchKey");
    let parts = p.get(&format!("/app/k?uploadId={upload}")).await.ok();
    assert_eq!(
        (parts.all("PartNumber"), parts.all("Size")),
        (
            vec!["1".to_owned(), "2".to_owned(), "3".to_owned()],
            vec![(5 * MIB).to_string(), "10".to_owned(), "3".to_owned()],
        )
    );
    let path = format!("/app/k?uploadId={upload}");
    let document = list(&[(1, &first), (3, &last)]);
    let done = p.call("POST", &path, &[], document.clone()).await.ok();
    assert!(done.first("ETag").ends_with("-2&quot;"), "{}", done.text());
    assert_eq!(p.files().len(), 2, "the part that was not named is gone, and so is the replaced one");
    let again = p.call("POST", &path, &[], document).await.ok();
    assert_eq!(again.first("ETag"), done.first("ETag"), "the answer may have been lost");
    let got = p.get("/app/k").await.ok();
    assert_eq!(got.body.len(), 5 * MIB + 3);
    assert!(got.body[..5 * MIB].iter().all(|byte| *byte == b'a') && got.body.ends_with(b"end"));
    assert_eq!((got.header("content-type"), got.header("x-amz-tagging-count")), ("text/plain", "1"));
    // The checksum of the whole, from those of the parts, is that of the same bytes put at once.
    let whole = p.put("/app/whole", got.body.clone()).await.ok().header("x-amz-checksum-crc64nvme").to_owned();
    assert_eq!((done.first("ChecksumCRC64NVME"), done.first("ChecksumType")), (whole, "FULL_OBJECT".to_owned()));
    // The ETag is the MD5 of the parts' MD5s.
    let etags = [first, last].map(|etag| const_hex::decode(etag.trim_matches('"')).unwrap()).concat();
    p.put("/app/etags", etags).await.ok();
    let md5 = p.get("/app/etags").await.header("etag").trim_matches('"').to_owned();
    assert_eq!(done.first("ETag"), format!("&quot;{md5}-2&quot;"));
    let _ = unused;
    for (range, text) in [("bytes=5242878-5242881", "aaen"), ("bytes=-2", "nd"), ("bytes=5242880-", "end")] {
        assert_eq!(p.call("GET", "/app/k", &[("range", range)], "").await.ok().text(), text, "{range}");
    }
    let third = p.get("/app/k?partNumber=3").await.ok();
    assert_eq!((third.told().as_str(), third.text(), third.header("x-amz-mp-parts-count")), ("206", "end", "2"));
    assert_eq!(third.header("content-range"), "bytes 5242880-5242882/5242883");
    let head = p.call("HEAD", "/app/k?partNumber=1", &[], "").await.ok();
    assert_eq!((head.told().as_str(), head.header("content-length")), ("206", "5242880"));
    assert_eq!(p.get("/app/k?partNumber=2").await.told(), "416 InvalidPartNumber");
    assert_eq!(p.put(&format!("/app/k?partNumber=1&uploadId={upload}"), "x").await.told(), "404 NoSuchUpload");
    let asked = [("x-amz-object-attributes", "ObjectParts"), ("x-amz-max-parts", "1")];
    let attributes = p.call("GET", "/app/k?attributes", &asked, "").await.ok();
    let values = ["PartsCount", "PartNumber", "IsTruncated", "NextPartNumberMarker"].map(|name| attributes.first(name));
    assert_eq!(values, ["2", "1", "true", "1"]);
    // Its parts linger for those who are reading it, and go then.
    p.call("DELETE", "/app/k", &[], "").await.ok();
    assert_eq!(p.files().len(), 4);
    p.advance(3601);
    p.folder.sweep(p.now()).await.unwrap();
    assert_eq!(p.files().len(), 2);
}

/// What lingers outlives its bucket, and then nothing is left of either.
#[tokio::test]
async fn parts_that_linger_go_with_the_folders_of_their_bucket() {
    let p = with_bucket().await;
    let upload = begin(&p, "/app/k", &[]).await;
    let etag = part(&p, "/app/k", &upload, 1, b"x".to_vec()).await;
    p.call("POST", &format!("/app/k?uploadId={upload}"), &[], list(&[(1, &etag)])).await.ok();
    p.call("DELETE", "/app/k", &[], "").await.ok();
    p.call("DELETE", "/app", &[], "").await.ok();
    assert_eq!(p.files().len(), 1);
    p.advance(3601);
    p.folder.sweep(p.now()).await.unwrap();
    assert!(!p.root().join("app").exists());
}

#[tokio::test]
async fn a_list_of_parts_is_checked() {
    let p = with_bucket().await;
    let upload = begin(&p, "/app/k", &[]).await;
    let one = part(&p, "/app/k", &upload, 1, b"small".to_vec()).await;
    let two = part(&p, "/app/k", &upload, 2, b"last".to_vec()).await;
    let path = format!("/app/k?uploadId={upload}");
    for (document, told) in [
        (list(&[(2, &two), (1, &one)]), "400 InvalidPartOrder"),
        (list(&[(1, &one), (1, &one)]), "400 InvalidPartOrder"),
        (list(&[(1, &two)]), "400 InvalidPart"),
        (list(&[(3, &two)]), "400 InvalidPart"),
        (list(&[(1, &one), (2, &two)]), "400 EntityTooSmall"),
        (list(&[]), "400 MalformedXML"),
        (
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>".into(),
            "400 MalformedXML",
        ),
        (String::new(), "400 MissingRequestBodyError"),
    ] {
        assert_eq!(p.call("POST", &path, &[], document.clone()).await.told(), told, "{document}");
    }
    let wrong = [("x-amz-mp-object-size", "9")];
    assert_eq!(p.call("POST", &path, &wrong, list(&[(2, &two)])).await.told(), "400 InvalidRequest");
    assert_eq!(p.get(&path).await.ok().all("PartNumber").len(), 2, "nothing was thrown away");
    let sized = [("x-amz-mp-object-size", "4")];
    p.call("POST", &path, &sized, list(&[(2, two.trim_matches('"'))])).await.ok();
    assert_eq!(p.get("/app/k").await.text(), "last");
    for path in ["/app/k?uploadId=00000000000000000000000000000000", "/app/k?uploadId=x%01y"] {
        assert_eq!(p.get(path).await.told(), "404 NoSuchUpload");
        assert_eq!(p.call("POST", path, &[], list(&[(1, "x")])).await.told(), "404 NoSuchUpload");
        assert_eq!(p.call("DELETE", path, &[], "").await.told(), "404 NoSuchUpload");
    }
    for number in ["0", "10001", "-1", "x"] {
        let path = format!("/app/k?partNumber={number}&uploadId={upload}");
        assert_eq!(p.put(&path, "x").await.told(), "400 InvalidArgument", "{number}");
    }
}

#[tokio::test]
async fn an_upload_is_aborted() {
    let p = with_bucket().await;
    let upload = begin(&p, "/app/k", &[]).await;
    part(&p, "/app/k", &upload, 1, b"x".to_vec()).await;
    let path = format!("/app/k?uploadId={upload}");
    assert_eq!(p.call("DELETE", &format!("/app/other?uploadId={upload}"), &[], "").await.told(), "404 NoSuchUpload");
    assert_eq!(p.call("DELETE", &path, &[], "").await.told(), "204");
    assert_eq!(p.call("DELETE", &path, &[], "").await.told(), "404 NoSuchUpload");
    assert_eq!(p.get(&path).await.told(), "404 NoSuchUpload");
    assert_eq!(p.files().len(), 0);
}

#[tokio::test]
async fn conditions_hold_at_the_end() {
    let p = with_bucket().await;
    let upload = begin(&p, "/app/k", &[]).await;
    let etag = part(&p, "/app/k", &upload, 1, b"x".to_vec()).await;
    p.put("/app/k", "meanwhile").await.ok();
    let path = format!("/app/k?uploadId={upload}");
    let told = p.call("POST", &path, &[("if-none-match", "*")], list(&[(1, &etag)])).await.told();
    assert_eq!(told, "412 PreconditionFailed");
    assert_eq!(p.get("/app/k").await.text(), "meanwhile");
    p.call("POST", &path, &[], list(&[(1, &etag)])).await.ok();
    assert_eq!(p.get("/app/k").await.text(), "x");
    assert_eq!(p.files().len(), 1);
}

#[tokio::test]
async fn a_checksum_of_checksums() {
    let p = with_bucket().await;
    let begun = p.call("POST", "/app/k?uploads", &[("x-amz-checksum-algorithm", "SHA256")], "").await.ok();
    assert_eq!(
        (begun.header("x-amz-checksum-algorithm"), begun.header("x-amz-checksum-type")),
        ("SHA256", "COMPOSITE")
    );
    let upload = begun.first("UploadId");
    let sum = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    let path = format!("/app/k?partNumber=1&uploadId={upload}");
    assert_eq!(
        p.call("PUT", &path, &[("x-amz-checksum-crc32", "NhCmhg==")], "hello").await.told(),
        "400 InvalidRequest"
    );
    let put = p.call("PUT", &path, &[("x-amz-checksum-sha256", sum)], "hello").await.ok();
    assert_eq!(put.header("x-amz-checksum-sha256"), sum);
    let named = |sum: &str| {
        let etag = put.header("etag");
        format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag><ChecksumSHA256>{sum}</ChecksumSHA256>\
             </Part></CompleteMultipartUpload>"
        )
    };
    let path = format!("/app/k?uploadId={upload}");
    assert_eq!(p.call("POST", &path, &[], named("AAAA")).await.told(), "400 InvalidPart");
    let wrong = [("x-amz-checksum-type", "FULL_OBJECT")];
    assert_eq!(p.call("POST", &path, &wrong, named(sum)).await.told(), "400 InvalidRequest");
    assert_eq!(p.call("POST", &path, &[("x-amz-checksum-sha256", "x-1")], named(sum)).await.told(), "400 BadDigest");
    let done = p.call("POST", &path, &[], named(sum)).await.ok();
    // The hash of the one part's hash.
    p.call("PUT", "/app/hash", &[("x-amz-sdk-checksum-algorithm", "SHA256")], STANDARD.decode(sum).unwrap()).await.ok();
    let head = p.call("HEAD", "/app/hash", &[("x-amz-checksum-mode", "ENABLED")], "").await.ok();
    let expected = format!("{}-1", head.header("x-amz-checksum-sha256"));
    assert_eq!((done.first("ChecksumSHA256"), done.first("ChecksumType")), (expected.clone(), "COMPOSITE".to_owned()));
    let head = p.call("HEAD", "/app/k", &[("x-amz-checksum-mode", "ENABLED")], "").await.ok();
    assert_eq!(
        (head.header("x-amz-checksum-sha256"), head.header("x-amz-checksum-type")),
        (expected.as_str(), "COMPOSITE")
    );
    for (algorithm, kind) in [("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE"), ("MD5", "COMPOSITE")] {
        let headers = [("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", kind)];
        assert_eq!(p.call("POST", "/app/k?uploads", &headers, "").await.told(), "400 InvalidRequest");
    }
}

#[tokio::test]
async fn parts_from_objects() {
    let p = with_bucket().await;
    p.put("/app/source", "0123456789").await.ok();
    let upload = begin(&p, "/app/k", &[]).await;
    let copy = async |headers: &[(&str, &str)]| {
        let headers: Vec<_> = [("x-amz-copy-source", "app/source")].iter().chain(headers).copied().collect();
        p.call("PUT", &format!("/app/k?partNumber=1&uploadId={upload}"), &headers, "").await
    };
    assert_eq!(copy(&[("x-amz-copy-source-range", "bytes=2-10")]).await.told(), "400 InvalidArgument");
    assert_eq!(copy(&[("x-amz-copy-source-range", "bytes=2-")]).await.told(), "400 InvalidArgument");
    assert_eq!(copy(&[("x-amz-copy-source-if-match", "x")]).await.told(), "412 PreconditionFailed");
    let copied = copy(&[("x-amz-copy-source-range", "bytes=2-4")]).await.ok();
    let etag = copied.first("ETag").replace("&quot;", "\"");
    p.call("POST", &format!("/app/k?uploadId={upload}"), &[], list(&[(1, &etag)])).await.ok();
    assert_eq!(p.get("/app/k").await.text(), "234");
    // An object of parts is copied into one of its own.
    let copied = p.call("PUT", "/app/copy", &[("x-amz-copy-source", "app/k")], "").await.ok();
    assert!(!copied.first("ETag").contains('-'));
    assert_eq!(p.get("/app/copy").await.text(), "234");
}

#[tokio::test]
async fn uploads_are_listed() {
    let p = with_bucket().await;
    let mut ids = Vec::new();
    for key in ["a", "b/1", "b/2", "a"] {
        ids.push((key, begin(&p, &format!("/app/{key}"), &[]).await));
    }
    ids.sort();
    let all = p.get("/app?uploads").await.ok();
    assert_eq!(all.all("UploadId"), ids.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>());
    let rolled = p.get("/app?uploads&delimiter=/").await.ok();
    assert_eq!(
        (rolled.all("Key"), rolled.all("Prefix")),
        (vec!["a".to_owned(), "a".to_owned()], vec![String::new(), "b/".to_owned()])
    );
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = p.get(&format!("/app?uploads&max-uploads=1{next}")).await.ok();
        found.extend(page.all("UploadId"));
        if page.first("IsTruncated") == "false" {
            break;
        }
        let (key, id) = (page.first("NextKeyMarker"), page.first("NextUploadIdMarker"));
        next = format!("&key-marker={}&upload-id-marker={id}", key.replace('/', "%2F"));
    }
    assert_eq!(found, ids.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>());
}
