//! Which role an identity gets (spec/identity-pools.md 9), with every step of the reasoning.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::login_token::{LoginKind, VerifiedLogin};
use crate::role_mapping::{AmbiguousRoleResolution, MatchType, RoleMapping, Rule};

/// What the choice is made from.
#[derive(Clone, Copy, Debug)]
pub struct RoleQuestion<'a> {
    /// The pool's default roles.
    pub roles: &'a PoolRoles,
    /// The pool's role mappings, by provider key.
    pub mappings: &'a BTreeMap<String, RoleMapping>,
    /// The verified logins; none: a guest.
    pub logins: &'a [VerifiedLogin],
    /// The CustomRoleArn of the call.
    pub custom_role_arn: Option<&'a str>,
}

/// An identity pool's default roles (ARNs).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolRoles {
    /// For identities with a login.
    pub authenticated: Option<String>,
    /// For guests.
    pub unauthenticated: Option<String>,
}

/// The role and why, or the refusal and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The role's ARN.
    pub outcome: Result<String, RoleRefusal>,
    /// What was looked at, in order. Holds claim values that rules name, never tokens.
    pub steps: Vec<Step>,
}

/// One step of the reasoning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// No login: a guest.
    Guest,
    /// A login is considered.
    Login {
        /// The Logins key.
        provider: String,
        /// The user's id there.
        subject: String,
        /// The key a role mapping would be under.
        mapping_key: Option<String>,
        /// `Token`, `Rules`, or none.
        mapping_type: Option<&'static str>,
    },
    /// CustomRoleArn was given where it has no effect.
    CustomRoleIgnored {
        /// The ARN.
        role_arn: String,
    },
    /// CustomRoleArn was held against the roles in the token.
    CustomRole {
        /// The ARN.
        role_arn: String,
        /// Whether the token has it.
        in_token: bool,
    },
    /// The role claims of the token.
    TokenRoles {
        /// `cognito:preferred_role`.
        preferred_role: Option<String>,
        /// `cognito:roles`, or the SAML role attribute.
        roles: Vec<String>,
    },
    /// A rule was tried.
    Rule {
        /// Its place, from 1.
        position: usize,
        /// The claim it looks at.
        claim: String,
        /// How it compares.
        match_type: MatchType,
        /// What it compares with.
        value: String,
        /// What the token has there, at most 256 characters; none: the claim is absent.
        claim_value: Option<String>,
        /// Whether it matched.
        matched: bool,
        /// The role it would give.
        role_arn: String,
    },
    /// Nothing in the mapping gave a role.
    Ambiguous {
        /// What the mapping says to do then.
        resolution: AmbiguousRoleResolution,
    },
    /// The pool's default role was taken.
    DefaultRole {
        /// `authenticated` or `unauthenticated`.
        name: &'static str,
        /// The role, if one is set.
        role_arn: Option<String>,
    },
    /// Several logins gave different roles.
    Disagreement {
        /// The roles.
        role_arns: Vec<String>,
    },
    /// The role.
    Chosen {
        /// Its ARN.
        role_arn: String,
    },
}

/// Why there is no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleRefusal {
    /// The pool has no role for this state.
    NoRole,
    /// The mapping under this key says to deny.
    Ambiguous {
        /// The mapping's key.
        mapping_key: String,
    },
    /// CustomRoleArn is not among the roles in the token.
    CustomRoleNotInToken {
        /// The ARN.
        role_arn: String,
    },
    /// CustomRoleArn together with a mapping by rules.
    CustomRoleWithRules,
    /// CustomRoleArn without a login.
    CustomRoleForGuest,
    /// The logins' mappings give different roles.
    LoginsDisagree,
}

impl RoleRefusal {
    /// The error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRole => "InvalidIdentityPoolConfigurationException",
            Self::Ambiguous { .. } | Self::CustomRoleNotInToken { .. } | Self::LoginsDisagree => {
                "NotAuthorizedException"
            }
            Self::CustomRoleWithRules | Self::CustomRoleForGuest => "InvalidParameterException",
        }
    }

    /// The sentence: the service's own for the first two; the others' are not known.
    pub fn message(&self) -> String {
        match self {
            Self::NoRole => "Invalid identity pool configuration. Check assigned IAM roles for this pool.".into(),
            Self::Ambiguous { mapping_key } => {
                format!("The ambiguous role mapping rules for: {mapping_key} denied this request.")
            }
            Self::CustomRoleNotInToken { role_arn } => format!("Access to Role '{role_arn}' is forbidden."),
            Self::CustomRoleWithRules => "CustomRoleArn is not supported with rules-based role mappings.".into(),
            Self::CustomRoleForGuest => "CustomRoleArn is not supported for unauthenticated identities.".into(),
            Self::LoginsDisagree => "The role mappings of the given logins resolve to different roles.".into(),
        }
    }
}

/// Chooses the role.
pub fn choose_role(question: RoleQuestion<'_>) -> Decision {
    let mut steps = Vec::new();
    let outcome = choose(question, &mut steps);
    if let Ok(role_arn) = &outcome {
        steps.push(Step::Chosen { role_arn: role_arn.clone() });
    }
    Decision { outcome, steps }
}

fn choose(question: RoleQuestion<'_>, steps: &mut Vec<Step>) -> Result<String, RoleRefusal> {
    if question.logins.is_empty() {
        steps.push(Step::Guest);
        if question.custom_role_arn.is_some() {
            return Err(RoleRefusal::CustomRoleForGuest);
        }
        let role = question.roles.unauthenticated.clone();
        steps.push(Step::DefaultRole { name: "unauthenticated", role_arn: role.clone() });
        return role.ok_or(RoleRefusal::NoRole);
    }
    let mut roles: Vec<String> = Vec::new();
    for login in question.logins {
        let role = role_of_login(question, login, steps)?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    // Undocumented when logins differ; an implementation calibrated against the service refuses.
    match <[String; 1]>::try_from(roles) {
        Ok([role]) => Ok(role),
        Err(role_arns) => {
            steps.push(Step::Disagreement { role_arns });
            Err(RoleRefusal::LoginsDisagree)
        }
    }
}

fn role_of_login(
    question: RoleQuestion<'_>,
    login: &VerifiedLogin,
    steps: &mut Vec<Step>,
) -> Result<String, RoleRefusal> {
    let mapping_key = login.mapping_key();
    let mapping = mapping_key.as_ref().and_then(|key| question.mappings.get(key));
    steps.push(Step::Login {
        provider: login.provider.clone(),
        subject: login.subject.clone(),
        mapping_key: mapping_key.clone(),
        mapping_type: mapping.map(RoleMapping::type_name),
    });
    match (mapping, mapping_key) {
        (Some(RoleMapping::Token { ambiguous }), Some(key)) => {
            let preferred = text_claim(login, "cognito:preferred_role");
            by_token(question, preferred, token_roles(login), steps)?
                .map_or_else(|| resolve(question, &key, *ambiguous, steps), Ok)
        }
        (Some(RoleMapping::Rules { ambiguous, rules }), Some(key)) => {
            if question.custom_role_arn.is_some() {
                return Err(RoleRefusal::CustomRoleWithRules);
            }
            by_rules(login, rules, steps).map_or_else(|| resolve(question, &key, *ambiguous, steps), Ok)
        }
        _ if matches!(login.kind, LoginKind::Saml { .. }) => {
            by_token(question, None, token_roles(login), steps)?.map_or_else(|| authenticated(question, steps), Ok)
        }
        _ => {
            if let Some(role_arn) = question.custom_role_arn {
                steps.push(Step::CustomRoleIgnored { role_arn: role_arn.to_owned() });
            }
            authenticated(question, steps)
        }
    }
}

fn by_token(
    question: RoleQuestion<'_>,
    preferred_role: Option<String>,
    roles: Vec<String>,
    steps: &mut Vec<Step>,
) -> Result<Option<String>, RoleRefusal> {
    steps.push(Step::TokenRoles { preferred_role: preferred_role.clone(), roles: roles.clone() });
    if let Some(role_arn) = question.custom_role_arn {
        let in_token = roles.iter().any(|role| role == role_arn);
        let role_arn = role_arn.to_owned();
        steps.push(Step::CustomRole { role_arn: role_arn.clone(), in_token });
        return if in_token { Ok(Some(role_arn)) } else { Err(RoleRefusal::CustomRoleNotInToken { role_arn }) };
    }
    let only = <[String; 1]>::try_from(roles).ok().map(|[role]| role);
    Ok(preferred_role.or(only))
}

fn by_rules(login: &VerifiedLogin, rules: &[Rule], steps: &mut Vec<Step>) -> Option<String> {
    for (at, rule) in rules.iter().enumerate() {
        let claim = login.claims.get(&rule.claim);
        let matched = claim.is_some_and(|claim| rule_matches(rule, claim));
        steps.push(Step::Rule {
            position: at + 1,
            claim: rule.claim.clone(),
            match_type: rule.match_type,
            value: rule.value.clone(),
            claim_value: claim.map(|claim| shown(claim).chars().take(256).collect()),
            matched,
            role_arn: rule.role_arn.clone(),
        });
        if matched {
            return Some(rule.role_arn.clone());
        }
    }
    None
}

/// Whether a rule holds for a claim that is present; an absent claim matches nothing, `NotEqual` neither.
pub fn rule_matches(rule: &Rule, claim: &Value) -> bool {
    let wanted = rule.value.as_str();
    match (rule.match_type, claim) {
        (_, Value::Null) => false,
        (MatchType::Equals | MatchType::StartsWith, Value::Array(_)) => false,
        (MatchType::Equals, claim) => shown(claim) == wanted,
        (MatchType::StartsWith, claim) => shown(claim).starts_with(wanted),
        // Whether a member must be equal is unsettled; a part of one covers the measured case.
        (MatchType::Contains, Value::Array(members)) => members.iter().any(|member| shown(member).contains(wanted)),
        (MatchType::Contains, claim) => shown(claim).contains(wanted),
        (MatchType::NotEqual, Value::Array(members)) => members.iter().all(|member| shown(member) != wanted),
        (MatchType::NotEqual, claim) => shown(claim) != wanted,
    }
}

fn resolve(
    question: RoleQuestion<'_>,
    mapping_key: &str,
    resolution: AmbiguousRoleResolution,
    steps: &mut Vec<Step>,
) -> Result<String, RoleRefusal> {
    steps.push(Step::Ambiguous { resolution });
    match resolution {
        AmbiguousRoleResolution::AuthenticatedRole => authenticated(question, steps),
        AmbiguousRoleResolution::Deny => Err(RoleRefusal::Ambiguous { mapping_key: mapping_key.to_owned() }),
    }
}

fn authenticated(question: RoleQuestion<'_>, steps: &mut Vec<Step>) -> Result<String, RoleRefusal> {
    let role = question.roles.authenticated.clone();
    steps.push(Step::DefaultRole { name: "authenticated", role_arn: role.clone() });
    role.ok_or(RoleRefusal::NoRole)
}

/// The role claims: `cognito:roles`, or for SAML the role attribute's pairs that name this provider.
fn token_roles(login: &VerifiedLogin) -> Vec<String> {
    if let LoginKind::Saml { provider_arn } = &login.kind {
        let pairs = list_claim(login, "https://aws.amazon.com/SAML/Attributes/Role", false);
        let role_of = |pair: &String| {
            let (first, second) = pair.split_once(',')?;
            let (first, second) = (first.trim(), second.trim());
            if second == provider_arn {
                Some(first.to_owned())
            } else {
                (first == provider_arn).then(|| second.to_owned())
            }
        };
        return pairs.iter().filter_map(role_of).collect();
    }
    list_claim(login, "cognito:roles", true)
}

fn text_claim(login: &VerifiedLogin, name: &str) -> Option<String> {
    login.claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A claim that is an array of texts, or one text; user pools are documented to join theirs by commas.
fn list_claim(login: &VerifiedLogin, name: &str, split_commas: bool) -> Vec<String> {
    match login.claims.get(name) {
        Some(Value::Array(members)) => members.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) if split_commas => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Text as it is, anything else as JSON.
fn shown(claim: &Value) -> String {
    claim.as_str().map_or_else(|| claim.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ClientId;
    use proptest::prelude::*;
    use serde_json::json;

    const PROVIDER: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";
    const KEY: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123:client";

    fn login(claims: Value) -> VerifiedLogin {
        VerifiedLogin {
            provider: PROVIDER.into(),
            kind: LoginKind::UserPool { client_id: ClientId::from("client") },
            subject: "ana".into(),
            claims: claims.as_object().unwrap().clone().into(),
        }
    }

    fn roles() -> PoolRoles {
        PoolRoles { authenticated: Some("auth".into()), unauthenticated: Some("guest".into()) }
    }

    fn decide(mapping: Option<RoleMapping>, claims: Value, custom: Option<&str>) -> Decision {
        let mappings = mapping.into_iter().map(|mapping| (KEY.to_owned(), mapping)).collect();
        choose_role(RoleQuestion {
            roles: &roles(),
            mappings: &mappings,
            logins: &[login(claims)],
            custom_role_arn: custom,
        })
    }

    fn token(ambiguous: AmbiguousRoleResolution) -> Option<RoleMapping> {
        Some(RoleMapping::Token { ambiguous })
    }

    fn rule(claim: &str, match_type: MatchType, value: &str, role: &str) -> Rule {
        Rule { claim: claim.into(), match_type, value: value.into(), role_arn: role.into() }
    }

    #[test]
    fn a_guest_gets_the_guest_role() {
        let none = BTreeMap::new();
        let ask = |roles: &PoolRoles, custom| {
            choose_role(RoleQuestion { roles, mappings: &none, logins: &[], custom_role_arn: custom }).outcome
        };
        assert_eq!(ask(&roles(), None), Ok("guest".into()));
        assert_eq!(ask(&PoolRoles::default(), None), Err(RoleRefusal::NoRole));
        assert_eq!(ask(&roles(), Some("any")), Err(RoleRefusal::CustomRoleForGuest));
    }

    #[test]
    fn without_a_mapping_the_authenticated_role_is_taken() {
        let decision = decide(None, json!({ "cognito:preferred_role": "other" }), None);
        assert_eq!(decision.outcome, Ok("auth".into()));
        assert_eq!(
            decision.steps,
            [
                Step::Login {
                    provider: PROVIDER.into(),
                    subject: "ana".into(),
                    mapping_key: Some(KEY.into()),
                    mapping_type: None
                },
                Step::DefaultRole { name: "authenticated", role_arn: Some("auth".into()) },
                Step::Chosen { role_arn: "auth".into() },
            ]
        );
    }

    #[test]
    fn a_token_mapping_follows_the_tokens_roles() {
        use AmbiguousRoleResolution::{AuthenticatedRole, Deny};
        let both = json!({ "cognito:preferred_role": "a", "cognito:roles": ["b", "a"] });
        let several = json!({ "cognito:roles": ["a", "b"] });
        let denied = Err(RoleRefusal::Ambiguous { mapping_key: KEY.into() });
        let cases = [
            (both.clone(), Deny, None, Ok("a".into())),
            (both.clone(), Deny, Some("b"), Ok("b".into())),
            (both, Deny, Some("c"), Err(RoleRefusal::CustomRoleNotInToken { role_arn: "c".into() })),
            (json!({ "cognito:roles": ["a"] }), Deny, None, Ok("a".into())),
            (json!({ "cognito:roles": "a" }), Deny, None, Ok("a".into())),
            (json!({ "cognito:roles": "a,b" }), Deny, Some("b"), Ok("b".into())),
            (several.clone(), AuthenticatedRole, None, Ok("auth".into())),
            (several, Deny, None, denied.clone()),
            (json!({}), AuthenticatedRole, None, Ok("auth".into())),
            (json!({}), Deny, None, denied),
        ];
        for (claims, ambiguous, custom, expected) in cases {
            assert_eq!(decide(token(ambiguous), claims.clone(), custom).outcome, expected, "{claims}");
        }
        let refusal = decide(token(Deny), json!({}), None).outcome.unwrap_err();
        assert_eq!(refusal.code(), "NotAuthorizedException");
        assert_eq!(refusal.message(), format!("The ambiguous role mapping rules for: {KEY} denied this request."));
    }

    #[test]
    fn the_first_matching_rule_wins_and_each_try_is_told() {
        let mapping = RoleMapping::Rules {
            ambiguous: AmbiguousRoleResolution::Deny,
            rules: vec![
                rule("custom:plan", MatchType::Equals, "gold", "gold-role"),
                rule("cognito:groups", MatchType::Contains, "admins", "admin-role"),
                rule("email", MatchType::StartsWith, "ana", "ana-role"),
            ],
        };
        let claims = json!({ "cognito:groups": ["users", "admins"], "email": "ana@example.com" });
        let decision = decide(Some(mapping.clone()), claims.clone(), None);
        assert_eq!(decision.outcome, Ok("admin-role".into()));
        assert_eq!(
            serde_json::to_value(&decision.steps[1..]).unwrap(),
            json!([
                { "step": "rule", "position": 1, "claim": "custom:plan", "match_type": "Equals", "value": "gold",
                  "claim_value": null, "matched": false, "role_arn": "gold-role" },
                { "step": "rule", "position": 2, "claim": "cognito:groups", "match_type": "Contains",
                  "value": "admins", "claim_value": "[\"users\",\"admins\"]", "matched": true,
                  "role_arn": "admin-role" },
                { "step": "chosen", "role_arn": "admin-role" },
            ])
        );
        assert_eq!(
            decide(Some(mapping.clone()), claims, Some("ana-role")).outcome,
            Err(RoleRefusal::CustomRoleWithRules)
        );
        let refused = decide(Some(mapping), json!({}), None);
        assert_eq!(refused.outcome, Err(RoleRefusal::Ambiguous { mapping_key: KEY.into() }));
        assert_eq!(refused.steps.last(), Some(&Step::Ambiguous { resolution: AmbiguousRoleResolution::Deny }));
    }

    #[test]
    fn rules_compare_as_the_table_says() {
        use MatchType::{Contains, Equals, NotEqual, StartsWith};
        let cases = [
            (Equals, json!("gold"), "gold", true),
            (Equals, json!("Gold"), "gold", false),
            (Equals, json!(["gold"]), "gold", false),
            (Equals, json!(true), "true", true),
            (Equals, json!(42), "42", true),
            (StartsWith, json!("golden"), "gold", true),
            (StartsWith, json!(["golden"]), "gold", false),
            (Contains, json!("marigold"), "gold", true),
            (Contains, json!(["silver", "gold"]), "gold", true),
            (Contains, json!(["silver"]), "gold", false),
            (NotEqual, json!("silver"), "gold", true),
            (NotEqual, json!("gold"), "gold", false),
            (NotEqual, json!(["gold", "x"]), "gold", false),
            (NotEqual, json!(["x"]), "gold", true),
            (NotEqual, json!(null), "gold", false),
        ];
        for (match_type, claim, value, expected) in cases {
            assert_eq!(rule_matches(&rule("c", match_type, value, "r"), &claim), expected, "{match_type:?} {claim}");
        }
    }

    #[test]
    fn a_missing_claim_satisfies_no_rule() {
        let mapping = RoleMapping::Rules {
            ambiguous: AmbiguousRoleResolution::AuthenticatedRole,
            rules: vec![rule("absent", MatchType::NotEqual, "x", "role")],
        };
        assert_eq!(decide(Some(mapping), json!({}), None).outcome, Ok("auth".into()));
    }

    #[test]
    fn logins_that_disagree_are_refused() {
        let first = login(json!({ "cognito:preferred_role": "a" }));
        let mut second = login(json!({}));
        second.kind = LoginKind::UserPool { client_id: ClientId::from("other") };
        let mappings =
            BTreeMap::from([(KEY.to_owned(), RoleMapping::Token { ambiguous: AmbiguousRoleResolution::Deny })]);
        let decision = choose_role(RoleQuestion {
            roles: &roles(),
            mappings: &mappings,
            logins: &[first, second],
            custom_role_arn: None,
        });
        assert_eq!(decision.outcome, Err(RoleRefusal::LoginsDisagree));
    }

    #[test]
    fn saml_roles_are_those_paired_with_the_provider() {
        let saml = |roles: Value, custom| {
            let arn = "arn:aws:iam::123456789012:saml-provider/idp";
            let login = VerifiedLogin {
                provider: arn.into(),
                kind: LoginKind::Saml { provider_arn: arn.into() },
                subject: "ana".into(),
                claims: json!({ "https://aws.amazon.com/SAML/Attributes/Role": roles })
                    .as_object()
                    .unwrap()
                    .clone()
                    .into(),
            };
            let question = RoleQuestion {
                roles: &roles_of_pool(),
                mappings: &BTreeMap::new(),
                logins: &[login],
                custom_role_arn: custom,
            };
            choose_role(question).outcome
        };
        fn roles_of_pool() -> PoolRoles {
            PoolRoles { authenticated: Some("auth".into()), unauthenticated: None }
        }
        let idp = "arn:aws:iam::123456789012:saml-provider/idp";
        assert_eq!(saml(json!(format!("a,{idp}")), None), Ok("a".into()));
        assert_eq!(saml(json!([format!("{idp},a"), "b,elsewhere"]), None), Ok("a".into()));
        assert_eq!(saml(json!([format!("a,{idp}"), format!("b,{idp}")]), Some("b")), Ok("b".into()));
        assert_eq!(saml(json!([]), None), Ok("auth".into()));
    }

    proptest! {
        #[test]
        fn a_chosen_role_is_always_one_that_was_offered(groups in proptest::collection::vec("[a-c]{1,2}", 0..4), preferred: Option<bool>, custom: Option<bool>) {
            let mut claims = json!({ "cognito:roles": groups });
            if preferred == Some(true) { claims["cognito:preferred_role"] = json!("p") }
            let custom = custom.map(|known| if known { "a" } else { "z" });
            let decision = decide(token(AmbiguousRoleResolution::AuthenticatedRole), claims, custom);
            if let Ok(role) = &decision.outcome {
                prop_assert!(role == "p" || role == "auth" || groups.contains(role));
                prop_assert!(custom.is_none_or(|custom| custom == role));
                prop_assert_eq!(decision.steps.last(), Some(&Step::Chosen { role_arn: role.clone() }));
            }
        }
    }
}
