//! Identity, boundary and session policies: the order of checks and the texts of spec/policy.md 2.1 and 2.2.

use super::{Malformed, is_plain_sid, repeats_a_sid, statements, strings};
use crate::condition::Operator;
use crate::condition::date::Instant;
use crate::json::{self, Kind, Node};
use crate::parse;
use crate::policy::Policy;

/// What a policy without principals is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityKind {
    /// A managed policy.
    Managed,
    /// An inline policy of a user, group or role.
    Inline,
    /// A session policy at AssumeRole and the like.
    Session,
    /// A managed policy meant as a permissions boundary.
    Boundary,
}

/// Checks a document as CreatePolicy, Put{User,Group,Role}Policy and AssumeRole do, and compiles it.
pub fn validate_identity(text: &str, kind: IdentityKind) -> Result<Policy, Malformed> {
    let document = json::read(text).map_err(|_| syntax())?;
    check_syntax(&document).ok_or_else(syntax)?;
    check_version(&document, kind)?;
    check_principals(&document)?;
    let resource_error = check_legacy(&document)?;
    check_sids(&document)?;
    if !statements(&document).iter().all(|statement| has_any(statement, ["Action", "NotAction"])) {
        return Err(Malformed::new("Policy statement must contain actions."));
    }
    if let Some(message) = resource_error {
        return Err(Malformed::new(message));
    }
    check_actions(&document)?;
    if !statements(&document).iter().all(|statement| has_any(statement, ["Resource", "NotResource"])) {
        return Err(Malformed::new("Policy statement must contain resources."));
    }
    parse::compile(text, &document).map_err(|_| syntax())
}

fn syntax() -> Malformed {
    Malformed::new("Syntax errors in policy.")
}

fn legacy() -> Malformed {
    Malformed::new("The policy failed legacy parsing")
}

/// Step 1: the shape of the whole document.
fn check_syntax(document: &Node) -> Option<()> {
    for member in document.members()? {
        match member.name.as_str() {
            "Version" => require(matches!(member.value.text()?, "2012-10-17" | "2008-10-17"))?,
            "Id" => member.value.text().map(|_| ())?,
            "Statement" | "Conditions" => {}
            _ => return None,
        }
    }
    let listed = statements(document);
    require(!listed.is_empty())?;
    listed.iter().try_for_each(check_statement)
}

fn check_statement(statement: &Node) -> Option<()> {
    for member in statement.members()? {
        let value = &member.value;
        match member.name.as_str() {
            "Sid" => value.text().map(|_| ())?,
            "Effect" => {
                let effect = value.text()?;
                require(effect.eq_ignore_ascii_case("allow") || effect.eq_ignore_ascii_case("deny"))?;
            }
            "Action" | "NotAction" => check_strings(value, false)?,
            "Resource" | "NotResource" => check_strings(value, true)?,
            "Condition" => check_condition(value)?,
            // Refused later with a text of its own.
            "Principal" | "NotPrincipal" => {}
            _ => return None,
        }
    }
    let both = |a, b| statement.member(a).is_some() && statement.member(b).is_some();
    require(statement.member("Effect").is_some())?;
    require(!both("Action", "NotAction") && !both("Resource", "NotResource"))
}

fn check_strings(value: &Node, null_tolerated: bool) -> Option<()> {
    match &value.kind {
        Kind::String(_) => Some(()),
        Kind::Array(items) => items.iter().try_for_each(|item| match item.kind {
            Kind::String(_) => Some(()),
            Kind::Null if null_tolerated => Some(()),
            _ => None,
        }),
        _ => None,
    }
}

fn check_condition(value: &Node) -> Option<()> {
    for block in value.members()? {
        let keys = block.value.members()?;
        // An operator without keys is never looked up.
        require(keys.is_empty() || Operator::parse_exact(&block.name).is_some())?;
        for key in keys {
            key.value.one_or_many().iter().try_for_each(|item| item.scalar().map(|_| ()))?;
        }
    }
    Some(())
}

fn require(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// Step 2. Inline and session policies may have either version, or none (spec/policy.md 1.4).
fn check_version(document: &Node, kind: IdentityKind) -> Result<(), Malformed> {
    let modern = document.member("Version").and_then(Node::text) == Some("2012-10-17");
    match kind {
        IdentityKind::Managed | IdentityKind::Boundary if !modern => {
            Err(Malformed::new("Policy document must be version 2012-10-17 or greater."))
        }
        _ => Ok(()),
    }
}

/// Where this stands among the steps is not known; before the legacy parse is our choice.
fn check_principals(document: &Node) -> Result<(), Malformed> {
    let named =
        |statement: &Node| statement.member("Principal").is_some() || statement.member("NotPrincipal").is_some();
    if statements(document).iter().any(named) {
        return Err(Malformed::new("Policy document should not specify a principal."));
    }
    Ok(())
}

/// Step 3, and the resource error of step 6 that its walk noted.
fn check_legacy(document: &Node) -> Result<Option<String>, Malformed> {
    for statement in statements(document) {
        let effect = statement.member("Effect").and_then(Node::text);
        if !matches!(effect, Some("Allow" | "Deny")) || !dates_are_readable(statement) {
            return Err(legacy());
        }
    }
    let mut noted = None;
    for member in ["Resource", "NotResource"] {
        for statement in statements(document) {
            let mut resources: Vec<&str> = strings(statement, member).collect();
            // AWS walks an array in descending order.
            resources.sort_unstable_by(|a, b| b.cmp(a));
            resources.retain(|resource| *resource != "*");
            noted = resources.iter().rev().find_map(|resource| resource_error(resource)).or(noted);
            if noted.is_none() && !resources.iter().all(|resource| has_legacy_shape(resource)) {
                return Err(legacy());
            }
        }
    }
    Ok(noted)
}

fn dates_are_readable(statement: &Node) -> bool {
    let blocks = statement.member("Condition").and_then(Node::members).unwrap_or_default();
    let dates = blocks.iter().filter(|block| Operator::parse_exact(&block.name).is_some_and(Operator::is_date));
    dates
        .flat_map(|block| block.value.members().unwrap_or_default())
        .flat_map(|key| key.value.one_or_many())
        .all(|value| value.scalar().is_some_and(|text| Instant::parse(text).is_some()))
}

/// A service that is not empty, and no `::` in an ARN with fewer than five colons.
fn has_legacy_shape(resource: &str) -> bool {
    let fields: Vec<&str> = resource.splitn(6, ':').collect();
    fields.get(2).is_none_or(|service| !service.is_empty()) && (fields.len() == 6 || !resource.contains("::"))
}

const PARTITIONS: [&str; 9] =
    ["*", "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// Also taken, though the sentence does not list them: AWS's own managed policies and resource types have them.
const UNLISTED_IAM_PATHS: [&str; 3] = ["role-template/", "assumed-role/", "delegation-request/"];

/// S3 resources that live in a region. The sheet knows of access points; the others are resource types of the service
/// authorization reference, and AWS's own managed policies use them.
const REGIONAL_S3_PATHS: [&str; 6] =
    ["accesspoint/", "access-grants/", "job/", "storage-lens/", "storage-lens-group/", "async-request/"];

fn is_iam_path(path: &str) -> bool {
    let starts = |known: &[&str]| known.iter().any(|start| path.starts_with(start));
    path == "*" || path == "root" || starts(&IAM_PATHS) || starts(&UNLISTED_IAM_PATHS)
}

/// The text for a resource that is no ARN AWS takes.
fn resource_error(resource: &str) -> Option<String> {
    let Some((_, rest)) = resource.split_once(':') else {
        return Some(format!("Resource {resource} must be in ARN format or \"*\"."));
    };
    let (partition, rest) = rest.split_once(':').map_or((rest, None), |(partition, rest)| (partition, Some(rest)));
    if !PARTITIONS.contains(&partition) {
        return Some(format!("Partition \"{partition}\" is not valid for resource \"{}\".", rebuilt(partition, rest)));
    }
    let Some(rest) = rest else {
        return Some("Resource vendor must be fully qualified and cannot contain regexes.".to_owned());
    };
    let mut fields = rest.splitn(4, ':');
    let service = fields.next().unwrap_or_default();
    let region = fields.next().unwrap_or_default();
    let path = fields.nth(1).unwrap_or_default();
    if service.contains(['*', '?']) {
        // Measured for a wildcard service field (spec/sts-and-iam.md C5).
        return Some("Resource vendor must be fully qualified and cannot contain regexes.".to_owned());
    }
    match service {
        "iam" if !region.is_empty() => Some(format!("IAM resource {resource} cannot contain region information.")),
        "iam" if !is_iam_path(path) => {
            Some(format!("IAM resource path must either be \"*\" or start with {}.", IAM_PATHS.join(", ")))
        }
        "s3" if !region.is_empty() && !REGIONAL_S3_PATHS.iter().any(|start| path.starts_with(start)) => {
            Some(format!("Resource {resource} can not contain region information."))
        }
        _ => None,
    }
}

/// The ARN as AWS quotes it: absent fields as `*`, also a third field that is empty and last.
fn rebuilt(partition: &str, rest: Option<&str>) -> String {
    let fields: Vec<&str> = rest.unwrap_or_default().splitn(4, ':').collect();
    let field = |at: usize| match fields.get(at) {
        Some(&"") if at == 0 && fields.len() == 1 => "*",
        Some(field) => field,
        None => "*",
    };
    format!("arn:{partition}:{}:{}:{}:{}", field(0), field(1), field(2), field(3))
}

/// Step 4.
fn check_sids(document: &Node) -> Result<(), Malformed> {
    if repeats_a_sid(document) {
        return Err(Malformed::new("Statement IDs (SID) in a single policy must be unique."));
    }
    let mut sids = statements(document).iter().filter_map(|statement| statement.member("Sid").and_then(Node::text));
    if !sids.all(is_plain_sid) {
        return Err(Malformed::new(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ));
    }
    Ok(())
}

/// Step 7: Action elements first, then NotAction.
fn check_actions(document: &Node) -> Result<(), Malformed> {
    for member in ["Action", "NotAction"] {
        for action in statements(document).iter().flat_map(|statement| strings(statement, member)) {
            check_action(action)?;
        }
    }
    Ok(())
}

fn check_action(action: &str) -> Result<(), Malformed> {
    if action == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = action.split_once(':') else {
        return Err(Malformed::new("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."));
    };
    if name.contains(':') {
        return Err(Malformed::new("Actions/Condition can contain only one colon."));
    }
    let plain = vendor.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if vendor != "*" && (vendor.is_empty() || !plain) {
        return Err(Malformed::new(format!("Vendor {vendor} is not valid")));
    }
    Ok(())
}

/// Whether one of the members is there and not an empty list.
fn has_any(statement: &Node, members: [&str; 2]) -> bool {
    members
        .iter()
        .any(|member| statement.member(member).is_some_and(|value| value.items().is_none_or(|items| !items.is_empty())))
}
