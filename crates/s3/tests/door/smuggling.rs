//! Ways to have one thing decided and another carried out.

use crate::stage::Stage;
use bytes::Bytes;
use http_body_util::Full;
use serde_json::json;
use testkit::Keys;

/// Who may do everything under `app/own/`, and copy from there.
async fn owner_of_prefix(stage: &Stage) -> Keys {
    let statement = json!([
        { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::app/own/*" },
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::app",
          "Condition": { "StringLike": { "s3:prefix": "own/*" } } }
    ]);
    stage.user("ana", &statement).await
}

#[tokio::test]
async fn no_spelling_of_a_key_leads_out_of_the_prefix() {
    let stage = Stage::folder().await;
    stage.root("PUT", "/app/secret", "hidden").await;
    stage.root("PUT", "/app/own/a", "mine").await;
    let ana = owner_of_prefix(&stage).await;
    assert_eq!(stage.send(Some(&ana), "GET", "/app/own/a?v=3", &[], "").await.body, "mine");
    for target in [
        "/app/secret",
        "/app/own/../secret",
        "/app/own/%2e%2e/secret",
        "/app/own%2F..%2Fsecret",
        "/app/own/..%5Csecret",
        "/app//secret",
        "/app/./secret",
        "/app/own/%252e%252e/secret",
        "/app/own/a/../../secret",
        "/app/secret?prefix=own/a",
        "/app/secret?x-id=GetObject",
        "/%61pp/secret",
        "/app/%73ecret",
    ] {
        let found = stage.send(Some(&ana), "GET", target, &[], "").await;
        assert!(found.status >= 400 && !found.body.contains("hidden"), "{target}: {found:?}");
    }
    for source in [
        "app/secret",
        "/app/secret",
        "app/own/../secret",
        "app%2Fsecret",
        "%2Fapp%2Fsecret",
        "app/secret?versionId=null",
        "arn:aws:s3:us-east-1:123456789012:accesspoint/a/object/own/a",
        "app/own/a?x-amz-copy-source=app/secret",
    ] {
        let found = stage.send(Some(&ana), "PUT", "/app/own/b", &[("x-amz-copy-source", source)], "").await;
        assert!(found.status >= 400, "{source}: {found:?}");
    }
    let folded = stage.send(Some(&ana), "PUT", "/app/own/b?x-amz-copy-source=app%2Fsecret", &[], "").await;
    assert_eq!(folded.told(), "403 AccessDenied");
    let twice = [("x-amz-copy-source", "app/own/a"), ("x-amz-copy-source", "app/secret")];
    assert_eq!(stage.send(Some(&ana), "PUT", "/app/own/b", &twice, "").await.told(), "400 InvalidArgument");
    let both = "/app/own/b?x-amz-copy-source=app%2Fsecret";
    let found = stage.send(Some(&ana), "PUT", both, &[("x-amz-copy-source", "app/own/a")], "").await;
    assert_eq!(found.told(), "400 InvalidArgument");
}

#[tokio::test]
async fn a_list_is_of_the_prefix_that_was_decided_on() {
    let stage = Stage::folder().await;
    stage.root("PUT", "/app/secret", "hidden").await;
    let ana = owner_of_prefix(&stage).await;
    assert_eq!(stage.send(Some(&ana), "GET", "/app?prefix=own/", &[], "").await.status, 200);
    for target in [
        "/app",
        "/app?prefix=",
        "/app?prefix=own/&prefix=",
        "/app?prefix=own/&Prefix=",
        "/app?prefix=own/&%70refix=secret",
        "/app?Prefix=own/",
        "/app?prefix=own",
        "/app?prefix=%6fwn/&list-type=2&list-type=1",
        "/app?versions&prefix=own/",
        "/app?uploads&prefix=own/",
        "/app?prefix=own/;prefix=",
    ] {
        let found = stage.send(Some(&ana), "GET", target, &[], "").await;
        assert!(!found.body.contains("secret</Key>"), "{target}: {found:?}");
        assert!(found.status >= 400 || target.contains(';'), "{target}: {found:?}");
    }
}

#[tokio::test]
async fn hosts_do_not_disagree() {
    let stage = Stage::folder().await;
    stage.root("PUT", "/app/secret", "hidden").await;
    let root = Keys::root();
    for host in ["app.s3.test", "APP.S3.TEST:4566", "app.s3.test."] {
        let found = stage.send(Some(&root), "GET", "/secret", &[("host", host)], "").await;
        assert_eq!(found.body, "hidden", "{host}");
    }
    let twice = [("host", "app.s3.test"), ("host", "localhost")];
    assert_eq!(stage.send(None, "GET", "/app/secret", &twice, "").await.told(), "400 InvalidURI");
    // A URL that was signed for one host is no good at another.
    let mut request = http::Request::builder().uri("/secret").header("host", "app.s3.test").body(()).unwrap();
    stage.sign(&mut request, &root, "");
    request.headers_mut().insert("host", "other.s3.test".parse().unwrap());
    assert_eq!(stage.take(request, Full::new(Bytes::new())).await.told(), "403 SignatureDoesNotMatch");
    let mut request =
        http::Request::builder().uri("http://other.s3.test/secret").header("host", "app.s3.test").body(()).unwrap();
    stage.sign(&mut request, &root, "");
    assert_eq!(stage.take(request, Full::new(Bytes::new())).await.told(), "400 InvalidURI");
}

/// Strangers are let in by a policy, and by nothing else.
#[tokio::test]
async fn who_is_nobody_may_do_what_a_policy_says_and_no_more() {
    let stage = Stage::folder().await;
    stage.root("PUT", "/app/open/a", "public").await;
    stage.root("PUT", "/app/secret", "hidden").await;
    for target in ["/app/open/a", "/app", "/", "/app?policy", "/app/open/a?acl"] {
        assert_eq!(stage.send(None, "GET", target, &[], "").await.told(), "403 AccessDenied", "{target}");
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::app/open/*" },
        { "Effect": "Deny", "NotPrincipal": { "AWS": "arn:aws:iam::123456789012:root" }, "Action": "s3:DeleteObject",
          "Resource": "arn:aws:s3:::app/*" } ] });
    assert_eq!(stage.root("PUT", "/app?policy", &policy.to_string()).await.told(), "204");
    assert_eq!(stage.send(None, "GET", "/app/open/a?v=1", &[], "").await.body, "public");
    for (method, target) in [
        ("GET", "/app/secret"),
        ("GET", "/app/open/../secret"),
        ("GET", "/app/open/a?tagging"),
        ("GET", "/app/open/a?versionId=null"),
        ("GET", "/app"),
        ("PUT", "/app/open/b"),
        ("DELETE", "/app/open/a"),
        ("DELETE", "/app"),
        ("PUT", "/new"),
    ] {
        assert_eq!(stage.send(None, method, target, &[], "").await.told(), "403 AccessDenied", "{method} {target}");
    }
    let with_headers = stage.send(None, "GET", "/app/open/a?response-content-type=text/html", &[], "").await;
    assert_eq!(with_headers.told(), "400 InvalidRequest");
    // An unsigned request that names a key is not anonymous, it is refused.
    for target in ["/app/open/a?X-Amz-Credential=A", "/app/open/a?Signature=x", "/app/open/a?AWSAccessKeyId=A"] {
        assert!(stage.send(None, "GET", target, &[], "").await.status >= 400, "{target}");
    }
}

/// A form of a browser carries its signature in the body, which is not read.
#[tokio::test]
async fn forms_are_refused_in_so_many_words() {
    let stage = Stage::folder().await;
    let form = [("content-type", "multipart/form-data; boundary=b")];
    let body = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nown/a\r\n--b--\r\n";
    for keys in [None, Some(&Keys::root())] {
        let found = stage.send(keys, "POST", "/app", &form, body).await;
        assert_eq!(found.told(), "501 NotImplemented");
        assert!(found.body.contains("POST Object"), "{}", found.body);
    }
    assert_eq!(stage.root("POST", "/app", body).await.told(), "412 PreconditionFailed");
}

/// Answers carry no header that a client wrote.
#[tokio::test]
async fn answers_are_not_split() {
    let stage = Stage::folder().await;
    stage.root("PUT", "/app/a", "x").await;
    let found = stage.root("GET", "/app/a?response-content-type=text%2Fplain%0D%0ASet-Cookie:%20a=b", "").await;
    assert!(!found.headers.contains_key("set-cookie"), "{found:?}");
    let found = stage.root("GET", "/app/absent%0D%0ASet-Cookie:%20a=b", "").await;
    assert!(found.status == 404 && !found.headers.contains_key("set-cookie"), "{found:?}");
}

/// What is decided on is not taken away afterwards.
#[tokio::test]
async fn no_header_is_for_the_decision_alone() {
    let (stage, behind) = Stage::upstream().await;
    let statement = json!({ "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*",
        "Condition": { "StringEquals": { "s3:x-amz-server-side-encryption": "AES256", "s3:if-none-match": "*" } } });
    let ana = stage.user("ana", &statement).await;
    let (encrypted, fresh) = (("x-amz-server-side-encryption", "AES256"), ("if-none-match", "*"));
    assert_eq!(stage.send(Some(&ana), "PUT", "/app/k", &[fresh], "x").await.told(), "403 AccessDenied");
    for hops in ["x-amz-server-side-encryption", "if-none-match", "close, IF-NONE-MATCH"] {
        let headers = [encrypted, fresh, ("connection", hops)];
        assert_eq!(stage.send(Some(&ana), "PUT", "/app/k", &headers, "x").await.told(), "400 InvalidArgument");
    }
    let twice = [encrypted, fresh, ("if-none-match", "\"e\"")];
    assert_eq!(stage.send(Some(&ana), "PUT", "/app/k", &twice, "x").await.told(), "400 InvalidArgument");
    assert!(behind.got().is_empty());
    assert_eq!(stage.send(Some(&ana), "PUT", "/app/k", &[encrypted, fresh], "x").await.told(), "200");
    let got = behind.got().remove(0);
    assert_eq!((got.header(encrypted.0), got.header(fresh.0)), (Some(encrypted.1), Some(fresh.1)));
}
