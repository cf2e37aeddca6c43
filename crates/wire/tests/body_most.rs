//! How large a body may be, by who says that they signed it.
#![allow(clippy::unwrap_used)]

use http::request::Parts;
use wire::body_most;

const USUAL: usize = 1024 * 1024;

fn most(method: &str, uri: &str, headers: &[(&str, &str)]) -> usize {
    body_most(&parts(method, uri, headers), model::SERVICES, USUAL)
}

fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let builder = headers
        .iter()
        .fold(http::Request::builder().method(method).uri(uri), |b, (name, value)| b.header(*name, *value));
    builder.body(()).unwrap().into_parts().0
}

fn signed(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=x"
    )
}

#[test]
fn iam_has_room_for_the_longest_metadata_document() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let iam = signed("iam");
    // Ten million characters, each of them escaped.
    assert_eq!(most("POST", "/", &[form, ("authorization", &iam)]), 30_000_000 + USUAL);
    let query = "/?X-Amz-Credential=AKID%2F20260102%2Fus-east-1%2Fiam%2Faws4_request";
    assert_eq!(most("POST", query, &[form]), 30_000_000 + USUAL);
}

#[test]
fn a_service_has_room_for_its_longest_blob() {
    let asset = [("x-amz-target", "AWSCognitoIdentityProviderService.CreateManagedLoginBranding")];
    let idp = signed("cognito-idp");
    // A million bytes in Base64.
    assert_eq!(most("POST", "/", &[asset[0], ("authorization", &idp)]), 1_333_336 + USUAL);
}

#[test]
fn nothing_else_is_larger_than_usual() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let (iam, sts, s3) = (signed("iam"), signed("sts"), signed("s3"));
    // Unsigned, also where the host says IAM.
    assert_eq!(most("POST", "/", &[form, ("host", "iam.amazonaws.com")]), USUAL);
    assert_eq!(most("POST", "/", &[form, ("authorization", "Basic aWFtOmlhbQ==")]), USUAL);
    // Nothing in there is long.
    assert_eq!(most("POST", "/", &[form, ("authorization", &sts)]), USUAL);
    // Not for an operation, or not of ours.
    assert_eq!(most("GET", "/", &[("authorization", &iam)]), USUAL);
    assert_eq!(most("POST", "/login", &[form, ("authorization", &s3)]), USUAL);
    assert_eq!(most("PUT", "/bucket/key", &[("authorization", &s3)]), USUAL);
}
