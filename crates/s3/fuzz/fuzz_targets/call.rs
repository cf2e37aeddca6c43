//! Any head of a request is a call or a refusal, and a call that is written out in the one canonical form is read as the same
//! call: so whoever carries it out reads what was decided. Lines of the input: method, host, target, then headers.
#![no_main]

use http::{HeaderName, HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3::{Call, CopySource, Target};

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const DOMAINS: [&str; 2] = ["s3.test", "localhost"];

fuzz_target!(|text: &str| {
    if let Ok(source) = CopySource::parse(text) {
        assert_eq!(CopySource::parse(&source.canonical()).ok(), Some(source));
    }
    let domains = DOMAINS.map(str::to_owned);
    let Some(first) = request(text) else { return };
    let (parts, ()) = first.into_parts();
    let Ok(call) = Call::read(&parts, &domains) else { return };
    let mut again = Request::builder().method(parts.method).uri(written(&call)).header("host", "127.0.0.1");
    if let Some(headers) = again.headers_mut() {
        headers.extend(
            call.headers.clone().into_iter().filter(|(name, _)| name.as_ref().is_none_or(|name| name != "host")),
        );
    }
    let Ok(again) = again.body(()) else { panic!("what was read cannot be written") };
    match Call::read(&again.into_parts().0, &domains) {
        Ok(other) => {
            assert_eq!((other.operation, &other.target), (call.operation, &call.target));
            assert_eq!((&other.query, &other.source), (&call.query, &call.source));
        }
        Err(fault) => panic!("{fault:?} of what was read as {call:?}"),
    }
});

fn request(text: &str) -> Option<Request<()>> {
    let mut lines = text.lines();
    let (method, host, target) = (lines.next()?, lines.next()?, lines.next()?);
    let mut request = Request::builder().method(method).uri(target);
    if !host.is_empty() {
        request = request.header("host", host);
    }
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        request = request.header(name, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?);
    }
    request.body(()).ok()
}

/// Path style, with everything escaped that can be.
fn written(call: &Call) -> String {
    let escape = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
    let path = match &call.target {
        Target::Service => "/".to_owned(),
        Target::Bucket(bucket) => format!("/{}", bucket.as_str()),
        Target::Object(bucket, key) => format!("/{}/{}", bucket.as_str(), escape(key.as_str())),
    };
    let pairs: Vec<String> =
        call.query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
}
