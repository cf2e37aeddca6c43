//! The policies that AWS manages, by ARN: stored compressed in the binary, read line by line, never kept whole.

use flate2::read::GzDecoder;
use serde::Deserialize;
use std::io::{BufRead, BufReader};

const COMPRESSED: &[u8] = include_bytes!("../../../models/aws-managed-policies.jsonl.gz");

/// A policy that AWS manages. Facts as of the catalogue in `models/`.
#[derive(Clone, Debug, Deserialize)]
pub struct ManagedPolicy {
    /// The name, such as `AmazonS3ReadOnlyAccess`.
    pub name: String,
    /// The path, such as `/` or `/service-role/`.
    pub path: String,
    /// The default version, such as `v3`.
    pub version: String,
    /// When AWS made it, RFC 3339.
    pub created: String,
    /// When AWS last changed it, RFC 3339.
    pub updated: String,
    /// The document of the default version.
    pub document: serde_json::Value,
}

impl ManagedPolicy {
    /// `arn:aws:iam::aws:policy/PATH/NAME`.
    pub fn arn(&self) -> String {
        format!("{ARN_PREFIX}{}{}", self.path, self.name)
    }
}

const ARN_PREFIX: &str = "arn:aws:iam::aws:policy";

/// Whether an ARN names a policy of AWS's own rather than a customer's.
pub fn is_aws_managed(arn: &str) -> bool {
    arn.starts_with("arn:aws:iam::aws:policy/")
}

/// The managed policy with this ARN. Reads through the catalogue (some ten milliseconds), so callers keep the answer.
pub fn find(arn: &str) -> Option<ManagedPolicy> {
    let name = arn.strip_prefix(ARN_PREFIX)?.rsplit('/').next()?.to_owned();
    all().find(|policy| policy.name == name && policy.arn() == arn)
}

/// Every managed policy, in the catalogue's order (by name).
pub fn all() -> impl Iterator<Item = ManagedPolicy> {
    // A line that does not parse would be a fault of the build; a test reads them all.
    BufReader::new(GzDecoder::new(COMPRESSED))
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str(&line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_catalogue_is_a_policy() {
        let lines = BufReader::new(GzDecoder::new(COMPRESSED)).lines().count();
        assert_eq!(all().count(), lines);
        assert!(lines > 1500);
    }

    #[test]
    fn a_policy_is_found_by_its_arn_and_path() {
        let found = find("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess").map(|policy| policy.version);
        assert_eq!(found.as_deref(), Some("v3"));
        assert!(find("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole").is_some());
        assert!(find("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole").is_none());
        assert!(find("arn:aws:iam::123456789012:policy/AmazonS3ReadOnlyAccess").is_none());
    }
}
