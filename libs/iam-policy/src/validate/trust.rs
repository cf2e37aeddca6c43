//! Role trust policies: the texts of spec/policy.md 2.3 and the guards of spec/sts-and-iam.md C5.

use super::{Malformed, is_plain_sid, repeats_a_sid, statements, strings};
use crate::condition::Operator;
use crate::json::{self, Kind, Node};
use crate::parse;
use crate::pattern::Glob;
use crate::policy::Policy;
use crate::principal::Entry;

/// Checks a document as CreateRole and UpdateAssumeRolePolicy do, and compiles it. Whether the users, roles and providers
/// it names exist is for the caller: see [`Policy::principals`] and [`Malformed::invalid_principal`].
pub fn validate_trust(text: &str) -> Result<Policy, Malformed> {
    let document = json::read(text).map_err(|_| Malformed::new("This policy contains invalid Json"))?;
    check_document(&document)?;
    let listed = statements(&document);
    listed.iter().try_for_each(check_statement)?;
    if repeats_a_sid(&document) {
        return Err(Malformed::new("The Statement Ids in the policy are not unique"));
    }
    listed.iter().try_for_each(check_guards)?;
    parse::compile(text, &document).map_err(|_| syntax())
}

impl Malformed {
    /// The text for a principal that does not exist. `kind` is as in the document: `AWS`, `Service`, `Federated`.
    pub fn invalid_principal(kind: &str, name: &str) -> Malformed {
        Malformed::new(format!("Invalid principal in policy: \"{}\":\"{name}\"", kind.to_ascii_uppercase()))
    }
}

fn syntax() -> Malformed {
    Malformed::new("Syntax error in policy.")
}

fn check_document(document: &Node) -> Result<(), Malformed> {
    for member in document.members().ok_or_else(syntax)? {
        match member.name.as_str() {
            "Version" => {
                if !matches!(member.value.text(), Some("2012-10-17" | "2008-10-17")) {
                    return Err(Malformed::new("The policy must contain a valid version string"));
                }
            }
            "Id" => member.value.text().map(|_| ()).ok_or_else(syntax)?,
            "Statement" => {}
            other => return Err(Malformed::new(format!("Unknown field {other}"))),
        }
    }
    let statement = document.member("Statement").ok_or_else(|| Malformed::new("Missing required field Statement"))?;
    if statement.items().is_some_and(<[Node]>::is_empty) {
        return Err(Malformed::new("Could not parse the policy: Statement is empty!"));
    }
    Ok(())
}

fn check_statement(statement: &Node) -> Result<(), Malformed> {
    for member in statement.members().ok_or_else(syntax)? {
        match member.name.as_str() {
            "Sid" => {
                member.value.text().filter(|sid| is_plain_sid(sid)).ok_or_else(syntax)?;
            }
            "Effect" | "Principal" | "NotPrincipal" | "Action" | "NotAction" | "Condition" | "Resource"
            | "NotResource" => {}
            other => return Err(Malformed::new(format!("Unknown field {other}"))),
        }
    }
    let effect = statement.member("Effect").ok_or_else(|| Malformed::new("Missing required field Effect"))?;
    let effect = effect.text().ok_or_else(syntax)?;
    if !matches!(effect, "Allow" | "Deny") {
        return Err(Malformed::new(format!("Invalid effect: {effect}")));
    }
    check_principal(statement, effect)?;
    check_actions(statement)?;
    if statement.member("Resource").is_some() {
        return Err(Malformed::new("Has prohibited field Resource"));
    }
    if statement.member("NotResource").is_some() {
        return Err(Malformed::new("AssumeRole policy must not contain resources."));
    }
    check_condition(statement)
}

fn check_principal(statement: &Node, effect: &str) -> Result<(), Malformed> {
    if statement.member("NotPrincipal").is_some() {
        return Err(Malformed::new(if effect == "Allow" {
            "Allow with NotPrincipal is not allowed."
        } else {
            "AssumeRole policy must not contain NotPrincipal field."
        }));
    }
    let missing = || Malformed::new("Missing required field Principal");
    let principal = statement.member("Principal").ok_or_else(missing)?;
    let kinds = match &principal.kind {
        Kind::Object(kinds) => kinds,
        Kind::String(text) if text == "*" => {
            // Without a blank before `policy`, as AWS prints it. `{"AWS": "*"}` is taken.
            return Err(Malformed::new("AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\"."));
        }
        _ => return Err(Malformed::new("Principal must be a JSON object.")),
    };
    if kinds.is_empty() || kinds.iter().any(|kind| kind.value.one_or_many().is_empty()) {
        return Err(Malformed::new("Missing required field Principal cannot be empty!"));
    }
    for kind in kinds {
        for name in kind.value.one_or_many() {
            check_name(&kind.name, name.text().ok_or_else(syntax)?)?;
        }
    }
    Ok(())
}

fn check_name(kind: &str, name: &str) -> Result<(), Malformed> {
    let entry = Entry::parse(kind, name).ok_or_else(|| Malformed::new(format!("Unknown field {kind}")))?;
    match kind {
        "Service" if !is_service(name) => Err(Malformed::invalid_principal(kind, name)),
        "Federated" if !is_federated(name) => {
            Err(Malformed::new("Federated principals must be valid domain names or SAML metadata ARNs"))
        }
        "AWS" if !entry.is_well_formed() => Err(Malformed::invalid_principal(kind, name)),
        "CanonicalUser" => Err(Malformed::invalid_principal(kind, name)),
        _ => Ok(()),
    }
}

/// The form of a service principal's name; which services there are is not known here.
fn is_service(name: &str) -> bool {
    let suffixes = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"];
    suffixes.iter().any(|suffix| name.ends_with(suffix)) && is_domain(name)
}

fn is_federated(name: &str) -> bool {
    match name.strip_prefix("arn:") {
        Some(_) => crate::arn::Arn::parse(name).is_some_and(|arn| {
            let resource = arn.resource;
            let provider = resource.strip_prefix("oidc-provider/").or(resource.strip_prefix("saml-provider/"));
            arn.service == "iam"
                && crate::principal::is_account(arn.account)
                && provider.is_some_and(|name| !name.is_empty() && !name.contains(['*', '?']))
        }),
        None => is_domain(name),
    }
}

fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    name.contains('.') && name.split('.').all(label)
}

/// The actions a trust policy is about.
const ROLE_ACTIONS: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
];
/// Other STS actions: a pattern that reaches one of these is refused, as `sts:*` is.
const OTHER_ACTIONS: [&str; 8] = [
    "sts:decodeauthorizationmessage",
    "sts:getaccesskeyinfo",
    "sts:getcalleridentity",
    "sts:getdelegatedaccesstoken",
    "sts:getfederationtoken",
    "sts:getservicebearertoken",
    "sts:getsessiontoken",
    "sts:getwebidentitytoken",
];

fn check_actions(statement: &Node) -> Result<(), Malformed> {
    let refused = || Malformed::new("AssumeRole policy may only specify STS AssumeRole actions.");
    if statement.member("NotAction").is_some() {
        return Err(refused());
    }
    let missing = || Malformed::new("Missing required field Action");
    let actions = statement.member("Action").ok_or_else(missing)?.one_or_many();
    if actions.is_empty() {
        return Err(missing());
    }
    for action in actions {
        let glob = Glob::new(&action.text().ok_or_else(syntax)?.to_ascii_lowercase());
        let reaches = |names: &[&str]| names.iter().any(|name| glob.matches(name));
        if !reaches(&ROLE_ACTIONS) || reaches(&OTHER_ACTIONS) {
            return Err(refused());
        }
    }
    Ok(())
}

fn check_condition(statement: &Node) -> Result<(), Malformed> {
    let Some(condition) = statement.member("Condition") else { return Ok(()) };
    for block in condition.members().ok_or_else(syntax)? {
        let keys = block.value.members().ok_or_else(syntax)?;
        if !keys.is_empty() && Operator::parse(&block.name).is_none() {
            return Err(syntax());
        }
        for value in keys.iter().flat_map(|key| key.value.one_or_many()) {
            value.scalar().ok_or_else(syntax)?;
        }
    }
    Ok(())
}

/// Shared issuers and the claims of which one must be tested (the IAM guide's identity-provider controls).
const SHARED_ISSUERS: [(&str, &[&str]); 14] = [
    ("token.actions.githubusercontent.com", &["sub", "job_workflow_ref"]),
    ("vstoken.actions.githubusercontent.com", &["sub"]),
    ("oidc-configuration.audit-log.githubusercontent.com", &["sub"]),
    ("gitlab.com", &["sub"]),
    ("app.terraform.io", &["sub"]),
    ("agent.buildkite.com", &["sub"]),
    ("oidc.codefresh.io", &["sub"]),
    ("studio.datachain.ai/api", &["sub"]),
    ("scalr.io", &["sub"]),
    ("tokens.cloud.shisho.dev", &["sub"]),
    ("proidc.upbound.io", &["sub"]),
    ("api.pulumi.com/oidc", &["aud"]),
    ("sandboxes.cloud", &["aud"]),
    ("oidc.vercel.com", &["aud"]),
];

/// Built-in providers whose application must be named, and by which exact keys.
const BUILT_IN: [(&str, &[&str]); 3] = [
    ("accounts.google.com", &["aud", "oaud", "sub"]),
    ("www.amazon.com", &["app_id", "sub"]),
    ("graph.facebook.com", &["app_id", "sub"]),
];

const COGNITO: &str = "cognito-identity.amazonaws.com";

/// Guards against trusting everyone at a shared provider: each Allow statement that covers
/// AssumeRoleWithWebIdentity must pin a tenant by itself.
fn check_guards(statement: &Node) -> Result<(), Malformed> {
    let allows = statement.member("Effect").and_then(Node::text) == Some("Allow");
    let web_identity = |action: &str| Glob::new(&action.to_ascii_lowercase()).matches("sts:assumerolewithwebidentity");
    if !allows || !strings(statement, "Action").any(web_identity) {
        return Ok(());
    }
    let Some(principal) = statement.member("Principal") else { return Ok(()) };
    for name in strings(principal, "Federated") {
        if let Some((_, claims)) = BUILT_IN.iter().find(|(provider, _)| *provider == name) {
            if !names_application(statement, name, claims) {
                let message = format!("Policy trusting {name} requires a StringEquals condition on an application id");
                return Err(Malformed::new(message));
            }
        } else if name == COGNITO {
            if tests(statement).next().is_none() {
                return Err(Malformed::new("A condition block must be present for the Cognito provider"));
            }
            check_claims(statement, COGNITO, &["aud"])?;
        } else if let Some((_, issuer)) = name.split_once(":oidc-provider/")
            && let Some((issuer, claims)) = SHARED_ISSUERS.iter().find(|(shared, _)| *shared == issuer)
        {
            check_claims(statement, issuer, claims)?;
        }
    }
    Ok(())
}

fn check_claims(statement: &Node, provider: &str, claims: &[&str]) -> Result<(), Malformed> {
    let pinned = tests(statement).any(|(operator, key, value)| {
        let named = claims.iter().any(|claim| key.eq_ignore_ascii_case(&format!("{provider}:{claim}")));
        // Only the literal star is refused; `?`, `**`, an empty text and an empty list pass.
        named && pins(operator) && value.one_or_many().iter().all(|value| value.scalar() != Some("*"))
    });
    if pinned {
        return Ok(());
    }
    let keys: Vec<String> = claims.iter().map(|claim| format!("{provider}:{claim}")).collect();
    Err(Malformed::new(format!(
        "Trust policy with trusted principal {provider} must evaluate, using StringEquals, StringLike or \
         StringEqualsIgnoreCase, {} which is not scoped to all.",
        keys.join(" or ")
    )))
}

/// Operators that qualify, plain or with a set operator; not with IfExists.
fn pins(operator: &str) -> bool {
    let base = operator.rsplit(':').next().unwrap_or_default();
    ["StringEquals", "StringLike", "StringEqualsIgnoreCase"].iter().any(|known| base.eq_ignore_ascii_case(known))
}

/// Exact lower-case keys and an equality operator; any value will do.
fn names_application(statement: &Node, provider: &str, claims: &[&str]) -> bool {
    tests(statement).any(|(operator, key, _)| {
        let base = operator.rsplit(':').next().unwrap_or_default();
        matches!(base, "StringEquals" | "StringEqualsIgnoreCase")
            && claims.iter().any(|claim| key == format!("{provider}:{claim}"))
    })
}

/// Operator, key and value of every test in the condition block.
fn tests(statement: &Node) -> impl Iterator<Item = (&str, &str, &Node)> {
    let blocks = statement.member("Condition").and_then(Node::members).unwrap_or_default();
    blocks.iter().flat_map(|block| {
        let keys = block.value.members().unwrap_or_default();
        keys.iter().map(|key| (block.name.as_str(), key.name.as_str(), &key.value))
    })
}
