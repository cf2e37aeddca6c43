//! AWS's own managed policies, without their documents: the catalogue is unpacked once, on first use.

use gate::managed_policies;
use std::sync::OnceLock;

/// What lists and checks need of a policy that AWS manages.
#[derive(Debug)]
pub struct AwsPolicy {
    /// `arn:aws:iam::aws:policy/PATH/NAME`.
    pub arn: String,
    /// The name.
    pub name: String,
    /// Begins and ends with `/`.
    pub path: String,
    /// The default version, such as `v3`: the only one that the catalogue holds.
    pub version: String,
    /// When AWS made it, in milliseconds.
    pub created_ms: i64,
    /// When AWS last changed it, in milliseconds.
    pub updated_ms: i64,
}

/// All of them, by ARN.
pub fn all() -> &'static [AwsPolicy] {
    static ALL: OnceLock<Vec<AwsPolicy>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut policies: Vec<AwsPolicy> = managed_policies::all().map(read).collect();
        policies.sort_by(|a, b| a.arn.cmp(&b.arn));
        policies
    })
}

/// The policy with this ARN.
pub fn find(arn: &str) -> Option<&'static AwsPolicy> {
    let at = all().binary_search_by(|policy| policy.arn.as_str().cmp(arn)).ok()?;
    all().get(at)
}

/// The catalogue does not carry AWS's unique ids, so each ARN gets one of our own that never changes.
pub fn unique_id(arn: &str) -> String {
    let digits = domain::new_id::stable_uuid(&[0; 32], arn).replace('-', "");
    let mut bytes = [0; 17];
    for (byte, digit) in bytes.iter_mut().zip(digits.bytes()) {
        *byte = digit;
    }
    domain::new_id::entity_id(domain::new_id::EntityKind::Policy, bytes)
}

fn read(policy: managed_policies::ManagedPolicy) -> AwsPolicy {
    AwsPolicy {
        arn: policy.arn(),
        created_ms: millis(&policy.created),
        updated_ms: millis(&policy.updated),
        name: policy.name,
        path: policy.path,
        version: policy.version,
    }
}

/// A date that does not parse would be a fault of the build; a test reads them all.
fn millis(date: &str) -> i64 {
    date.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_policy_has_its_dates_and_an_id_of_its_own() {
        assert!(all().iter().all(|policy| policy.created_ms > 0 && policy.updated_ms >= policy.created_ms));
        let ids: HashSet<String> = all().iter().map(|policy| unique_id(&policy.arn)).collect();
        assert_eq!(ids.len(), all().len());
        assert!(ids.iter().all(|id| id.starts_with("ANPA") && id.len() == 21));
    }

    #[test]
    fn a_policy_is_found_by_its_whole_arn() {
        assert!(find("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole").is_some());
        assert!(find("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole").is_none());
    }
}
