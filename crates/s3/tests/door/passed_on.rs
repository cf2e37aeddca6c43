//! What a server behind us gets is what was decided, in our words.

use crate::stage::Stage;
use serde_json::json;
use testkit::Keys;

#[tokio::test]
async fn documents_are_written_anew() {
    let (stage, behind) = Stage::upstream().await;
    let body = "<?xml version=\"1.0\" encoding=\"UTF-7\"?><Tagging><TagSet><Tag><Key>a</Key><Value><![CDATA[1]]></Value>\
                </Tag></TagSet><Other>+ADw-</Other></Tagging>";
    let sum = [("x-amz-checksum-crc32", "AAAAAA==")];
    let false_sum = stage.send(Some(&Keys::root()), "PUT", "/app/k?tagging", &sum, body).await;
    assert_eq!(false_sum.told(), "400 BadDigest");
    assert!(behind.got().is_empty());
    assert_eq!(stage.root("PUT", "/app/k?tagging&x-id=PutObjectTagging", body).await.told(), "200");
    let got = behind.got().remove(0);
    assert_eq!(got.line, "PUT /app/k?tagging=");
    assert_eq!(
        got.text(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag>\
         <Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
    );
    assert_eq!(got.header("content-length"), Some(got.body.len().to_string().as_str()));
    assert!(got.header("content-md5").is_some());
}

#[tokio::test]
async fn queries_and_headers_that_mean_nothing_stay_here() {
    let (stage, behind) = Stage::upstream().await;
    let headers = [
        ("x-amz-acl", "public-read"),
        ("x-amz-tagging", "a=1"),
        ("x-http-method-override", "DELETE"),
        ("x-forwarded-host", "other"),
        ("cookie", "a=b"),
        ("range", "bytes=0-1"),
    ];
    let root = Keys::root();
    assert_eq!(stage.send(Some(&root), "GET", "/app/a%2Bb?v=3&metadata=true", &headers, "").await.told(), "200");
    let got = behind.got().remove(0);
    assert_eq!(got.line, "GET /app/a%2Bb");
    let mut names: Vec<&str> = got.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["authorization", "host", "range", "user-agent", "x-amz-content-sha256", "x-amz-date"]);
    assert!(got.header("authorization").unwrap().contains("Credential=AKIABEHIND/"));
}

#[tokio::test]
async fn tags_in_the_header_have_one_spelling() {
    let (stage, behind) = Stage::upstream().await;
    let headers = [("x-amz-tagging", "a=1;b=2&c")];
    assert_eq!(stage.send(Some(&Keys::root()), "PUT", "/app/k", &headers, "x").await.told(), "200");
    assert_eq!(behind.got()[0].header("x-amz-tagging"), Some("a=1%3Bb%3D2&c="));
}

/// Otherwise it could be taken for the next request of the connection.
#[tokio::test]
async fn bodies_that_nobody_expects_are_not_sent() {
    let (stage, behind) = Stage::upstream().await;
    let body = "GET /app/secret HTTP/1.1\r\nHost: h\r\n\r\n";
    let copy = [("x-amz-copy-source", "app/a")];
    let root = Keys::root();
    for (method, target, headers) in [
        ("GET", "/app/k", &[][..]),
        ("DELETE", "/app/k", &[]),
        ("PUT", "/app/k", &copy),
        ("POST", "/app/k?uploads", &[]),
    ] {
        stage.send(Some(&root), method, target, headers, body).await;
        let got = behind.got();
        let last = got.last().unwrap();
        assert!(
            last.body.is_empty() && matches!(last.header("content-length"), None | Some("0")),
            "{method}: {last:?}"
        );
    }
}

#[tokio::test]
async fn a_list_of_access_control_has_no_body() {
    let (stage, behind) = Stage::upstream().await;
    let private = [("x-amz-acl", "private")];
    let root = Keys::root();
    for target in ["/app?acl", "/app/k?acl"] {
        let list = "<AccessControlPolicy/>";
        assert_eq!(stage.send(Some(&root), "PUT", target, &private, list).await.told(), "400 UnexpectedContent");
        assert_eq!(stage.root("PUT", target, list).await.told(), "400 AccessControlListNotSupported");
        assert!(behind.got().is_empty());
        assert_eq!(stage.send(Some(&root), "PUT", target, &private, "").await.told(), "200");
        assert_eq!(behind.got().len(), 1);
    }
}

#[tokio::test]
async fn administrations_are_not_reached() {
    let (stage, behind) = Stage::upstream().await;
    for target in ["/minio/admin/v3/info", "/admin/user", "/minio"] {
        assert_eq!(stage.root("GET", target, "").await.told(), "400 InvalidBucketName", "{target}");
    }
    let minio = [("host", "minio.s3.test")];
    let found = stage.send(Some(&Keys::root()), "GET", "/admin/v3/info", &minio, "").await;
    assert_eq!(found.told(), "400 InvalidBucketName");
    assert!(behind.got().is_empty());
}

#[tokio::test]
async fn refusals_about_us_are_kept_back() {
    let (stage, behind) = Stage::upstream().await;
    behind.answers(
        "403 Forbidden",
        "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message><AWSAccessKeyId>AKIABEHIND</AWSAccessKeyId></Error>",
    );
    let found = stage.root("GET", "/app/k", "").await;
    assert_eq!(found.told(), "503 ServiceUnavailable");
    assert!(!found.body.contains("AKIABEHIND"), "{}", found.body);
    behind.answers("404 Not Found\r\nAlt-Svc: h3=\":443\"\r\nSet-Cookie: a=b", "<Error><Code>NoSuchKey</Code></Error>");
    let found = stage.root("GET", "/app/k", "").await;
    assert_eq!(found.told(), "404 NoSuchKey");
    assert!(!found.headers.contains_key("alt-svc") && !found.headers.contains_key("set-cookie"));
    behind.answers("307 Temporary Redirect\r\nLocation: http://elsewhere/app/k", "");
    assert_eq!(stage.root("GET", "/app/k", "").await.told(), "503 ServiceUnavailable");
}

#[tokio::test]
async fn parts_of_many_keys_that_are_denied_are_not_in_the_list() {
    let (stage, behind) = Stage::upstream().await;
    let own = json!({ "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::app/own/*" });
    let keys = stage.user("ana", &own).await;
    behind.answers("200 OK", "<DeleteResult><Deleted><Key>own/a</Key></Deleted></DeleteResult>");
    let body = "<Delete><Object><Key>own/a</Key></Object><Object><Key>other</Key></Object></Delete>";
    let found = stage.send(Some(&keys), "POST", "/app?delete", &[("content-md5", &md5(body))], body).await;
    assert!(
        found.body.contains("<Deleted><Key>own/a</Key></Deleted><Error><Key>other</Key><Code>AccessDenied</Code>"),
        "{found:?}"
    );
    assert!(behind.got()[0].text().contains("<Object><Key>own/a</Key></Object></Delete>"));
}

#[tokio::test]
async fn locks_and_tags_are_told_to_who_may_know() {
    let (stage, behind) = Stage::upstream().await;
    behind.answers(
        "200 OK\r\nETag: \"e\"\r\nx-amz-tagging-count: 2\r\nx-amz-object-lock-mode: GOVERNANCE\r\n\
         x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00Z\r\nx-amz-object-lock-legal-hold: ON",
        "",
    );
    let reader = |actions: &[&str]| json!({ "Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::app/*" });
    let plain = stage.user("plain", &reader(&["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"])).await;
    let auditor = stage.user("auditor", &reader(&["s3:Get*"])).await;
    let told = async |keys: &Keys, method: &str, target: &str| {
        let found = stage.send(Some(keys), method, target, &[], "").await;
        let names = ["etag", "x-amz-tagging-count", "x-amz-object-lock-mode", "x-amz-object-lock-legal-hold"];
        names.into_iter().filter(|name| found.headers.contains_key(*name)).count()
    };
    for method in ["GET", "HEAD"] {
        assert_eq!(told(&plain, method, "/app/k").await, 2);
        // Of a version it takes another permission.
        assert_eq!(told(&plain, method, "/app/k?versionId=v").await, 1);
        assert_eq!(told(&auditor, method, "/app/k?versionId=v").await, 4);
    }
}

#[tokio::test]
async fn nothing_is_set_about_a_bucket_that_is_not_there() {
    let (stage, behind) = Stage::upstream().await;
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::app/*" } });
    behind.answers("404 Not Found", "");
    assert_eq!(stage.root("PUT", "/app?policy", &policy.to_string()).await.told(), "404 NoSuchBucket");
    let got = behind.got().remove(0);
    assert_eq!(got.line, "HEAD /app");
    behind.answers("403 Forbidden", "");
    assert_eq!(stage.root("PUT", "/app?policy", &policy.to_string()).await.told(), "503 ServiceUnavailable");
    behind.answers("200 OK", "");
    assert_eq!(stage.root("GET", "/app?policy", "").await.told(), "404 NoSuchBucketPolicy");
    assert_eq!(stage.root("PUT", "/app?policy", &policy.to_string()).await.told(), "204");
    assert_eq!(stage.send(None, "GET", "/app/k", &[], "").await.told(), "200");
}

fn md5(text: &str) -> String {
    use base64::Engine;
    use md5::{Digest, Md5};
    base64::engine::general_purpose::STANDARD.encode(Md5::digest(text))
}
