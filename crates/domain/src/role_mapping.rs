//! Role mappings of an identity pool, and what SetIdentityPoolRoles accepts (spec/identity-pools.md 3, 4 and 9).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How one provider's users are given roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoleMapping {
    /// By the role claims of the token.
    Token {
        /// What to do when they do not settle it.
        ambiguous: AmbiguousRoleResolution,
    },
    /// By the first of these rules that matches.
    Rules {
        /// What to do when none matches.
        ambiguous: AmbiguousRoleResolution,
        /// In the order they are tried; 1 to 25.
        rules: Vec<Rule>,
    },
}

impl RoleMapping {
    /// The `Type` member.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Token { .. } => "Token",
            Self::Rules { .. } => "Rules",
        }
    }

    /// The `AmbiguousRoleResolution` member.
    pub fn ambiguous(&self) -> AmbiguousRoleResolution {
        match self {
            Self::Token { ambiguous } | Self::Rules { ambiguous, .. } => *ambiguous,
        }
    }

    /// Every role the mapping can give by name.
    pub fn role_arns(&self) -> impl Iterator<Item = &str> {
        let rules = match self {
            Self::Token { .. } => &[],
            Self::Rules { rules, .. } => rules.as_slice(),
        };
        rules.iter().map(|rule| rule.role_arn.as_str())
    }
}

/// What happens when a mapping gives no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AmbiguousRoleResolution {
    /// The pool's authenticated role.
    AuthenticatedRole,
    /// Refusal.
    Deny,
}

impl AmbiguousRoleResolution {
    /// The member's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticatedRole => "AuthenticatedRole",
            Self::Deny => "Deny",
        }
    }
}

/// One rule: a claim compared with a value gives a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The claim's name.
    pub claim: String,
    /// How it is compared.
    pub match_type: MatchType,
    /// What it is compared with.
    pub value: String,
    /// The role.
    pub role_arn: String,
}

/// How a rule compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchType {
    /// The same, case and all.
    Equals,
    /// A part, or a member of an array.
    Contains,
    /// The beginning.
    StartsWith,
    /// Present and different.
    NotEqual,
}

impl MatchType {
    /// The member's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::Contains => "Contains",
            Self::StartsWith => "StartsWith",
            Self::NotEqual => "NotEqual",
        }
    }

    /// The match type of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Equals, Self::Contains, Self::StartsWith, Self::NotEqual].into_iter().find(|it| it.as_str() == text)
    }
}

/// A RoleMapping as it came with the request, before it is known to make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleMappingInput {
    /// `Type`: `Token` or `Rules`.
    pub mapping_type: String,
    /// `AmbiguousRoleResolution`.
    pub ambiguous: Option<String>,
    /// `RulesConfiguration.Rules`; `None` when there is no RulesConfiguration.
    pub rules: Option<Vec<Rule>>,
}

/// Checks the RoleMappings of SetIdentityPoolRoles; the error is the sentence of an `InvalidParameterException`.
///
/// `is_provider_key` says whether a key names a configured provider (with its client, for a user pool).
pub fn validate_role_mappings(
    inputs: BTreeMap<String, RoleMappingInput>,
    is_provider_key: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, RoleMapping>, String> {
    if inputs.len() > MAX_MAPPINGS {
        return Err(format!("RoleMappings cannot have more than {MAX_MAPPINGS} entries."));
    }
    let mut mappings = BTreeMap::new();
    for (key, input) in inputs {
        if !is_provider_key(&key) {
            return Err(format!("({key}) is not a valid RoleMapping ProviderName or is not a configured provider."));
        }
        let mapping = validate(input).map_err(|fault| format!("{fault} (RoleMapping for {key})"))?;
        mappings.insert(key, mapping);
    }
    Ok(mappings)
}

// The service refuses these shapes too; how it words that is not known.
fn validate(input: RoleMappingInput) -> Result<RoleMapping, String> {
    let ambiguous = match input.ambiguous.as_deref() {
        Some("AuthenticatedRole") => AmbiguousRoleResolution::AuthenticatedRole,
        Some("Deny") => AmbiguousRoleResolution::Deny,
        Some(_) => return Err("AmbiguousRoleResolution must be AuthenticatedRole or Deny.".into()),
        None => return Err("AmbiguousRoleResolution is required for Type Token or Rules.".into()),
    };
    match (input.mapping_type.as_str(), input.rules) {
        ("Token", None) => Ok(RoleMapping::Token { ambiguous }),
        ("Token", Some(_)) => Err("RulesConfiguration is not allowed for Type Token.".into()),
        ("Rules", Some(rules)) if (1..=MAX_RULES).contains(&rules.len()) => Ok(RoleMapping::Rules { ambiguous, rules }),
        ("Rules", Some(_)) => Err(format!("RulesConfiguration must have 1 to {MAX_RULES} rules.")),
        ("Rules", None) => Err("RulesConfiguration is required for Type Rules.".into()),
        _ => Err("Type must be Token or Rules.".into()),
    }
}

const MAX_MAPPINGS: usize = 10;
const MAX_RULES: usize = 25;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rules(count: usize) -> Option<Vec<Rule>> {
        let rule = Rule { claim: "c".into(), match_type: MatchType::Equals, value: "v".into(), role_arn: "arn".into() };
        Some(vec![rule; count])
    }

    fn check(
        key: &str,
        mapping_type: &str,
        ambiguous: Option<&str>,
        rules: Option<Vec<Rule>>,
    ) -> Result<RoleMapping, String> {
        let input =
            RoleMappingInput { mapping_type: mapping_type.into(), ambiguous: ambiguous.map(str::to_owned), rules };
        validate_role_mappings(BTreeMap::from([(key.to_owned(), input)]), |key| key == "known")
            .map(|mut mappings| mappings.remove(key).unwrap())
    }

    #[test]
    fn good_shapes_are_taken() {
        let token = check("known", "Token", Some("Deny"), None).unwrap();
        assert_eq!(token, RoleMapping::Token { ambiguous: AmbiguousRoleResolution::Deny });
        let by_rules = check("known", "Rules", Some("AuthenticatedRole"), rules(25)).unwrap();
        assert_eq!(by_rules.role_arns().count(), 25);
        assert_eq!(by_rules.type_name(), "Rules");
    }

    #[test]
    fn the_four_measured_shapes_and_others_are_refused() {
        for (mapping_type, ambiguous, rules) in [
            ("Rules", Some("Deny"), None),
            ("Token", None, None),
            ("Rules", None, rules(1)),
            ("Token", Some("Deny"), rules(1)),
            ("Rules", Some("Deny"), rules(0)),
            ("Rules", Some("Deny"), rules(26)),
            ("Other", Some("Deny"), None),
            ("Token", Some("deny"), None),
        ] {
            assert!(check("known", mapping_type, ambiguous, rules).is_err(), "{mapping_type} {ambiguous:?}");
        }
        assert_eq!(
            check("https://known", "Token", Some("Deny"), None).unwrap_err(),
            "(https://known) is not a valid RoleMapping ProviderName or is not a configured provider."
        );
    }

    #[test]
    fn match_types_have_their_names() {
        for name in ["Equals", "Contains", "StartsWith", "NotEqual"] {
            assert_eq!(MatchType::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(MatchType::parse("equals"), None);
    }
}
