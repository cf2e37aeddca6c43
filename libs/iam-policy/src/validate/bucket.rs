//! S3 bucket policies: the texts of spec/policy.md 2.4.

use super::{Malformed, repeats_a_sid, statements, strings};
use crate::condition::Operator;
use crate::json::{self, Kind, Node};
use crate::parse;
use crate::pattern::Glob;
use crate::policy::Policy;
use crate::principal::Entry;

/// Bytes a bucket policy may have (spec/policy.md 1.5).
const MAX_BYTES: usize = 20 * 1024;

/// Checks a document as PutBucketPolicy does for `bucket`, and compiles it. The code of a breach is `MalformedPolicy`.
/// Whether users and roles exist is for the caller (text: `Invalid principal in policy`); see [`Policy::principals`].
pub fn validate_bucket(text: &str, bucket: &str) -> Result<Policy, Malformed> {
    if !text.starts_with('{') {
        return Err(Malformed::new("Policies must be valid JSON and the first byte must be '{'"));
    }
    if text.len() > MAX_BYTES {
        // The exact text is not known (spec/policy.md 12).
        return Err(Malformed::new("Policy exceeds the maximum allowed document size."));
    }
    let document = json::read(text).map_err(|_| Malformed::new("This policy contains invalid Json"))?;
    check_document(&document)?;
    for statement in statements(&document) {
        check_statement(statement, bucket)?;
    }
    if repeats_a_sid(&document) {
        return Err(Malformed::new("The Statement Ids in the policy are not unique"));
    }
    parse::compile(text, &document).map_err(|_| syntax())
}

fn syntax() -> Malformed {
    Malformed::new("Syntax error in policy.")
}

fn check_document(document: &Node) -> Result<(), Malformed> {
    for member in document.members().ok_or_else(syntax)? {
        match member.name.as_str() {
            "Version" if !matches!(member.value.text(), Some("2012-10-17" | "2008-10-17")) => {
                return Err(Malformed::new("The policy must contain a valid version string"));
            }
            "Id" => member.value.text().map(|_| ()).ok_or_else(syntax)?,
            "Version" | "Statement" => {}
            other => return Err(Malformed::new(format!("Unknown field {other}"))),
        }
    }
    if document.member("Statement").is_none() {
        return Err(missing("Statement"));
    }
    if statements(document).is_empty() {
        return Err(Malformed::new("Could not parse the policy: Statement is empty!"));
    }
    Ok(())
}

fn missing(field: &str) -> Malformed {
    Malformed::new(format!("Missing required field {field}"))
}

fn check_statement(statement: &Node, bucket: &str) -> Result<(), Malformed> {
    const KNOWN: [&str; 9] =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    let members = statement.members().ok_or_else(syntax)?;
    if let Some(member) = members.iter().find(|member| !KNOWN.contains(&member.name.as_str())) {
        return Err(Malformed::new(format!("Unknown field {}", member.name)));
    }
    let effect = statement.member("Effect").ok_or_else(|| missing("Effect"))?.text().ok_or_else(syntax)?;
    if !matches!(effect, "Allow" | "Deny") {
        return Err(Malformed::new(format!("Invalid effect: {effect}")));
    }
    check_principal(statement, effect)?;
    let actions = list(statement, "Action", "NotAction")?;
    let resources = list(statement, "Resource", "NotResource")?;
    let covered = check_actions(&actions)?;
    check_resources(&resources, bucket)?;
    // What NotAction and NotResource leave over is not compared.
    if statement.member("Action").is_some() {
        if statement.member("Resource").is_some() {
            check_fit(&covered, &resources, bucket)?;
        }
        return check_conditions(statement, &covered);
    }
    check_conditions(statement, &[])
}

fn list<'n>(statement: &'n Node, field: &str, negated: &str) -> Result<Vec<&'n str>, Malformed> {
    let (field, node) = match (statement.member(field), statement.member(negated)) {
        (Some(_), Some(_)) => return Err(syntax()),
        (Some(node), None) => (field, node),
        (None, Some(node)) => (negated, node),
        (None, None) => return Err(missing(field)),
    };
    let texts: Vec<&str> = strings(statement, field).collect();
    if texts.len() != node.one_or_many().len() {
        return Err(syntax());
    }
    if texts.is_empty() { Err(missing(field)) } else { Ok(texts) }
}

fn check_principal(statement: &Node, effect: &str) -> Result<(), Malformed> {
    let invalid = || Malformed::new("Invalid principal in policy");
    let node = match (statement.member("Principal"), statement.member("NotPrincipal")) {
        (Some(_), Some(_)) => return Err(syntax()),
        (None, Some(_)) if effect == "Allow" => return Err(Malformed::new("Allow with NotPrincipal is not allowed.")),
        (Some(node), None) | (None, Some(node)) => node,
        (None, None) => return Err(missing("Principal")),
    };
    let kinds = match &node.kind {
        Kind::String(text) if text == "*" => return Ok(()),
        Kind::Object(kinds) if !kinds.is_empty() => kinds,
        _ => return Err(invalid()),
    };
    for kind in kinds {
        let names = kind.value.one_or_many();
        if names.is_empty() {
            return Err(invalid());
        }
        for name in names {
            let name = name.text().ok_or_else(invalid)?;
            let entry = Entry::parse(&kind.name, name).ok_or_else(invalid)?;
            let canonical = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !(entry.is_well_formed() || kind.name == "CanonicalUser" && canonical) {
                return Err(invalid());
            }
        }
    }
    Ok(())
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
struct Action {
    name: &'static str,
    on: &'static str,
    keys: &'static str,
}

const TABLE: &str = include_str!("s3_actions.txt");

fn table() -> impl Iterator<Item = Action> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split(' ');
        Some(Action { name: fields.next()?, on: fields.next()?, keys: fields.next().unwrap_or_default() })
    })
}

/// For each pattern the actions it reaches, at least one.
fn check_actions(patterns: &[&str]) -> Result<Vec<Vec<Action>>, Malformed> {
    let reached = patterns.iter().map(|pattern| {
        let lower = pattern.to_ascii_lowercase();
        let glob = match lower.strip_prefix("s3:") {
            Some(name) => Glob::new(name),
            None if lower == "*" => Glob::Any,
            None => return None,
        };
        let actions: Vec<Action> = table().filter(|action| glob.matches(&action.name.to_ascii_lowercase())).collect();
        (!actions.is_empty()).then_some(actions)
    });
    reached.collect::<Option<_>>().ok_or_else(|| Malformed::new("Policy has invalid action"))
}

/// What follows the bucket's name: nothing, or a pattern of keys; `None` for another bucket's resource.
fn of_bucket<'r>(resource: &'r str, bucket: &str) -> Option<&'r str> {
    let arn = crate::arn::Arn::parse(resource)?;
    if arn.service != "s3" || !arn.region.is_empty() || !arn.account.is_empty() || !arn.partition.starts_with("aws") {
        return None;
    }
    let rest = arn.resource.strip_prefix(bucket)?;
    (rest.is_empty() || rest.starts_with(['/', '*'])).then_some(rest)
}

fn check_resources(resources: &[&str], bucket: &str) -> Result<(), Malformed> {
    if resources.iter().all(|resource| of_bucket(resource, bucket).is_some()) {
        return Ok(());
    }
    Err(Malformed::new("Policy has invalid resource"))
}

/// Each pattern needs an action for which there is a fitting resource.
fn check_fit(covered: &[Vec<Action>], resources: &[&str], bucket: &str) -> Result<(), Malformed> {
    let rests: Vec<&str> = resources.iter().filter_map(|resource| of_bucket(resource, bucket)).collect();
    let on_bucket = rests.iter().any(|rest| rest.is_empty() || rest.starts_with('*'));
    let on_objects = rests.iter().any(|rest| !rest.is_empty());
    let fits = |action: &Action| match action.on {
        "bucket" => on_bucket,
        "object" => on_objects,
        _ => false,
    };
    if covered.iter().all(|actions| actions.iter().any(fits)) {
        return Ok(());
    }
    Err(Malformed::new("Action does not apply to any resource(s) in statement"))
}

/// Keys, in lower case, that every S3 action carries.
const COMMON_KEYS: [&str; 12] = [
    "authtype",
    "resourceaccount",
    "signatureage",
    "signatureversion",
    "tlsversion",
    "x-amz-content-sha256",
    "accessgrantsinstancearn",
    "dataaccesspointaccount",
    "dataaccesspointarn",
    "accesspointnetworkorigin",
    "buckettag/",
    "accesspointtag/",
];

fn check_conditions(statement: &Node, covered: &[Vec<Action>]) -> Result<(), Malformed> {
    let Some(condition) = statement.member("Condition") else { return Ok(()) };
    for block in condition.members().ok_or_else(syntax)? {
        let keys = block.value.members().ok_or_else(syntax)?;
        if !keys.is_empty() && Operator::parse(&block.name).is_none() {
            return Err(Malformed::new(format!("Invalid Condition type : {}", block.name)));
        }
        for key in keys {
            check_key(&key.name, covered)?;
            for value in key.value.one_or_many() {
                value.scalar().ok_or_else(syntax)?;
            }
        }
    }
    Ok(())
}

fn check_key(key: &str, covered: &[Vec<Action>]) -> Result<(), Malformed> {
    let invalid = || Malformed::new("Policy has an invalid condition key");
    let lower = key.to_ascii_lowercase();
    let (prefix, name) = lower.split_once(':').ok_or_else(invalid)?;
    if prefix != "s3" {
        // Unknown `aws:` keys pass; a dot marks the keys of an identity provider.
        let passes = matches!(prefix, "aws" | "saml" | "sts") || prefix.contains('.');
        return if passes { Ok(()) } else { Err(invalid()) };
    }
    let same = |known: &str| {
        if known.ends_with('/') {
            name.len() > known.len() && name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known))
        } else {
            known.eq_ignore_ascii_case(name)
        }
    };
    if COMMON_KEYS.iter().any(|known| same(known)) {
        return Ok(());
    }
    let carries = |action: &Action| action.keys.split(',').any(same);
    if !table().any(|action| carries(&action)) {
        return Err(invalid());
    }
    if covered.iter().all(|actions| actions.iter().any(carries)) {
        return Ok(());
    }
    Err(Malformed::new("Conditions do not apply to combination of actions and resources in statement"))
}
