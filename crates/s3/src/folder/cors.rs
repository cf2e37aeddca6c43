//! CORS: the rules of a bucket, and what they say to browsers.

use super::metadata::insert;
use super::visit::Visit;
use super::{Folder, refusals};
use crate::xml::Element;
use crate::{Body, BucketName, S3Fault};
use contract::Fault;
use http::{HeaderMap, Response, StatusCode};
use serde::{Deserialize, Serialize};

const RULES_MOST: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    pub(super) origins: Vec<String>,
    pub(super) methods: Vec<String>,
    #[serde(default)]
    pub(super) headers: Vec<String>,
    #[serde(default)]
    pub(super) expose: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<u32>,
}

impl Folder {
    /// Answers a browser's question (`OPTIONS`) by the bucket's CORS rules. `headers` are the names in
    /// `Access-Control-Request-Headers`, as they came.
    ///
    /// # Errors
    /// `AccessForbidden`, when no rule allows it; our own failures.
    pub async fn preflight(
        &self,
        bucket: &BucketName,
        origin: &str,
        method: &str,
        headers: Option<&str>,
    ) -> Result<Response<Body>, S3Fault> {
        let found = self.shared.buckets.find(&self.shared.store, bucket).await?;
        let Some(rules) = found.as_deref().and_then(|bucket| bucket.cors.as_deref()) else {
            return Err(forbidden("CORSResponse: CORS is not enabled for this bucket.", method));
        };
        let asked: Vec<&str> =
            headers.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let Some((rule, allowed)) = choose(rules, origin, method, &asked) else {
            let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, \
                           request method / Access-Control-Request-Method or Access-Control-Request-Headers are not \
                           whitelisted by the resource's CORS spec.";
            return Err(forbidden(message, method));
        };
        let mut response = super::document::empty(StatusCode::OK);
        write(rule, allowed, origin, response.headers_mut());
        if !asked.is_empty() {
            let names: Vec<String> = asked.iter().map(|name| name.to_ascii_lowercase()).collect();
            insert(response.headers_mut(), "access-control-allow-headers", &names.join(", "));
        }
        Ok(response)
    }

    /// The headers that CORS adds to the answer of an actual request, refusals included; empty when no rule fits.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn cors_headers(&self, bucket: &BucketName, origin: &str, method: &str) -> Result<HeaderMap, Fault> {
        let found = self.shared.buckets.find(&self.shared.store, bucket).await?;
        let rules = found.as_deref().and_then(|bucket| bucket.cors.as_deref()).unwrap_or_default();
        let mut headers = HeaderMap::new();
        if let Some((rule, allowed)) = choose(rules, origin, method, &[]) {
            write(rule, allowed, origin, &mut headers);
        }
        Ok(headers)
    }
}

/// The first rule that allows all that is asked for, and its pattern that the origin fits.
fn choose<'r>(rules: &'r [Rule], origin: &str, method: &str, headers: &[&str]) -> Option<(&'r Rule, &'r str)> {
    rules.iter().find_map(|rule| {
        let allowed = rule.origins.iter().find(|pattern| fits(pattern, origin))?;
        let name_fits = |name: &&str| {
            let name = name.to_ascii_lowercase();
            rule.headers.iter().any(|pattern| fits(&pattern.to_ascii_lowercase(), &name))
        };
        let all = rule.methods.iter().any(|known| known == method) && headers.iter().all(name_fits);
        all.then_some((rule, allowed.as_str()))
    })
}

/// A pattern with at most one `*`.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
    }
}

fn write(rule: &Rule, allowed: &str, origin: &str, headers: &mut HeaderMap) {
    if allowed == "*" {
        insert(headers, "access-control-allow-origin", "*");
    } else {
        insert(headers, "access-control-allow-origin", origin);
        insert(headers, "access-control-allow-credentials", "true");
    }
    insert(headers, "access-control-allow-methods", &rule.methods.join(", "));
    if !rule.expose.is_empty() {
        insert(headers, "access-control-expose-headers", &rule.expose.join(", "));
    }
    if let Some(seconds) = rule.max_age {
        insert(headers, "access-control-max-age", &seconds.to_string());
    }
    insert(headers, "vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

fn forbidden(message: &str, method: &str) -> S3Fault {
    S3Fault::new("AccessForbidden", StatusCode::FORBIDDEN, message)
        .with("Method", method)
        .with("ResourceType", "OBJECT")
}

/// The rules in a `CORSConfiguration`.
///
/// # Errors
/// `MalformedXML`, `InvalidRequest`.
pub(super) fn read(document: &[u8]) -> Result<Vec<Rule>, S3Fault> {
    let root = Element::read(document, "CORSConfiguration")?;
    let rules = root.all("CORSRule").map(read_rule).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() {
        return Err(S3Fault::malformed_xml());
    }
    if rules.len() > RULES_MOST {
        return Err(S3Fault::invalid_request("The number of CORS rules should not exceed allowed limit of 100 rules."));
    }
    Ok(rules)
}

fn read_rule(rule: &Element) -> Result<Rule, S3Fault> {
    let texts = |name: &str| rule.all(name).map(|element| element.text.clone()).collect::<Vec<_>>();
    let max_age = match rule.only("MaxAgeSeconds")? {
        None => None,
        Some(text) => Some(text.trim().parse::<u32>().map_err(|_| S3Fault::malformed_xml())?),
    };
    let read = Rule {
        id: rule.only("ID")?.map(str::to_owned),
        origins: texts("AllowedOrigin"),
        methods: texts("AllowedMethod"),
        headers: texts("AllowedHeader"),
        expose: texts("ExposeHeader"),
        max_age,
    };
    if read.origins.is_empty() || read.methods.is_empty() {
        return Err(S3Fault::malformed_xml());
    }
    if read.id.as_deref().is_some_and(|id| id.chars().count() > 255) {
        return Err(S3Fault::invalid_request("The ID of a CORS rule must not be longer than 255 characters."));
    }
    if let Some(method) = read.methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
        let message = format!("Found unsupported HTTP method in CORS config. Unsupported method is {method}");
        return Err(S3Fault::invalid_request(message));
    }
    for (name, patterns) in [("AllowedOrigin", &read.origins), ("AllowedHeader", &read.headers)] {
        if let Some(pattern) = patterns.iter().find(|pattern| pattern.matches('*').count() > 1) {
            return Err(S3Fault::invalid_request(format!("{name} \"{pattern}\" can not have more than one wildcard.")));
        }
    }
    if let Some(name) = read.expose.iter().find(|name| name.contains('*')) {
        let message = format!(
            "ExposeHeader \"{name}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
        );
        return Err(S3Fault::invalid_request(message));
    }
    Ok(read)
}

/// The bucket's rules, for who asks to see them.
///
/// # Errors
/// `NoSuchBucket`, `NoSuchCORSConfiguration`.
pub(super) async fn of_bucket(v: &Visit) -> Result<Vec<Rule>, S3Fault> {
    let bucket = v.bucket().await?;
    bucket.cors.clone().ok_or_else(|| {
        refusals::no_such_document("NoSuchCORSConfiguration", "The CORS configuration does not exist", &bucket)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_rule_that_fits_counts() {
        let rule = |origin: &str, methods: &[&str], headers: &[&str]| Rule {
            origins: vec![origin.to_owned()],
            methods: methods.iter().map(|&text| text.to_owned()).collect(),
            headers: headers.iter().map(|&text| text.to_owned()).collect(),
            ..Rule::default()
        };
        let rules = [
            rule("https://*.example.com", &["GET"], &[]),
            rule("https://app.example.com", &["PUT"], &["X-Amz-*", "content-type"]),
            rule("*", &["GET"], &["*"]),
        ];
        let index = |origin: &str, method: &str, headers: &[&str]| {
            let chosen = choose(&rules, origin, method, headers).map(|(rule, _)| rule)?;
            rules.iter().position(|rule| std::ptr::eq(rule, chosen))
        };
        assert_eq!(index("https://app.example.com", "GET", &[]), Some(0));
        assert_eq!(index("https://app.example.com", "GET", &["range"]), Some(2));
        assert_eq!(index("https://app.example.com", "PUT", &["x-amz-date", "Content-Type"]), Some(1));
        assert_eq!(index("https://app.example.com", "PUT", &["authorization"]), None);
        assert_eq!(index("https://example.com", "GET", &[]), Some(2));
        assert_eq!(index("https://example.com", "PUT", &[]), None);
        assert!(!fits("a*a", "a"), "the ends do not overlap");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let rule = |inner: &str| {
            read(format!("<CORSConfiguration><CORSRule>{inner}</CORSRule></CORSConfiguration>").as_bytes())
        };
        let origin = "<AllowedOrigin>*</AllowedOrigin>";
        assert!(rule(&format!("{origin}<AllowedMethod>GET</AllowedMethod>")).is_ok());
        for (inner, message) in [
            (
                "<AllowedMethod>PATCH</AllowedMethod>",
                "Found unsupported HTTP method in CORS config. Unsupported method is PATCH",
            ),
            (
                "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*a*</AllowedOrigin>",
                "AllowedOrigin \"*a*\" can not have more than one wildcard.",
            ),
            (
                "<AllowedMethod>GET</AllowedMethod><ExposeHeader>x-*</ExposeHeader>",
                "ExposeHeader \"x-*\" contains wildcard. We currently do not support wildcard for ExposeHeader.",
            ),
        ] {
            assert_eq!(rule(&format!("{origin}{inner}")).unwrap_err().message, message);
        }
        assert_eq!(rule(origin).unwrap_err().code, "MalformedXML");
        assert_eq!(read(b"<CORSConfiguration/>").unwrap_err().code, "MalformedXML");
    }
}
