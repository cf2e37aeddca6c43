//! The table of facts: every file in `cases/` is one request and what must become of it.
//!
//! A file holds `key: value` lines; `#` starts a comment. `rules` is `service NAME REGION` or `s3 REGION`, with `*`
//! for any region. `expect` is `verified` or a `RefusalKind`, and `says` is the sentence (none means none). Repeated
//! `canonical` lines are the lines of the canonical request.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use sigv4::{
    Payload, Presented, Refusal, RegionRule, Request, Rules, SigningKey, Timestamp, canonical_request, demand, parse,
    verify, verify_with_key,
};

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 60, "cases are missing: {} found", files.len());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        Case::read(&text).check(&file.file_name().unwrap().to_string_lossy());
    }
}

#[derive(Default)]
struct Case<'t> {
    rules: &'t str,
    now: &'t str,
    secret: &'t str,
    method: &'t str,
    path: &'t str,
    query: Option<&'t str>,
    headers: Vec<(&'t str, &'t [u8])>,
    body: &'t str,
    canonical: Vec<&'t str>,
    expect: &'t str,
    says: &'t str,
}

impl<'t> Case<'t> {
    fn read(text: &'t str) -> Self {
        let mut case = Case::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (key, value) = line.split_once(": ").unwrap_or((line.strip_suffix(':').unwrap_or(line), ""));
            match key {
                "rules" => case.rules = value,
                "now" => case.now = value,
                "secret" => case.secret = value,
                "method" => case.method = value,
                "path" => case.path = value,
                "query" => case.query = Some(value),
                "header" => {
                    let (name, value) = value.split_once(": ").unwrap();
                    case.headers.push((name, value.as_bytes()));
                }
                "body" => case.body = value,
                "canonical" => case.canonical.push(value),
                "expect" => case.expect = value,
                "says" => case.says = value,
                other => panic!("unknown key {other}"),
            }
        }
        case
    }

    fn check(&self, name: &str) {
        let words: Vec<&str> = self.rules.split(' ').collect();
        let region = |text| if text == "*" { RegionRule::Any } else { RegionRule::Only(text) };
        let services = [words[1]];
        let rules = match words[..] {
            ["service", _, given] => Rules::service(&services, region(given)),
            ["s3", given] => Rules::s3(region(given)),
            _ => panic!("{name}: unknown rules"),
        };
        let now_ms = Timestamp::parse_basic(self.now).unwrap().seconds() * 1000 + 999;
        let request = Request {
            method: self.method,
            raw_path: self.path,
            raw_query: self.query,
            headers: &self.headers,
            body: Payload::Bytes(self.body.as_bytes()),
        };
        match (self.examine(&request, &rules, now_ms), self.expect) {
            (Ok(presented), "verified") => {
                let key = SigningKey::derive(
                    self.secret.as_bytes(),
                    presented.date(),
                    presented.region(),
                    presented.service(),
                );
                verify_with_key(&request, &presented.clone().into_owned(), &key).unwrap();
                let canonical = String::from_utf8(canonical_request(&request, &presented).unwrap()).unwrap();
                if !self.canonical.is_empty() {
                    assert_eq!(canonical, self.canonical.join("\n"), "{name}");
                }
                assert!(parse(&request, &rules, now_ms).unwrap().is_some(), "{name}");
                let other = verify(&request, &presented, b"another secret");
                assert_eq!(other, Err(Refusal::SignatureMismatch), "{name}");
            }
            (Ok(_), expected) => panic!("{name}: verified, expected {expected}"),
            (Err(refusal), expected) => {
                assert_eq!(format!("{:?}", refusal.kind()), expected, "{name}: {refusal:?}");
                assert_eq!(refusal.message(), self.says, "{name}");
            }
        }
    }

    fn examine<'r>(&self, request: &Request<'r>, rules: &Rules<'_>, now_ms: i64) -> Result<Presented<'r>, Refusal> {
        let presented = demand(request, rules, now_ms)?;
        verify(request, &presented, self.secret.as_bytes())?;
        Ok(presented)
    }
}
