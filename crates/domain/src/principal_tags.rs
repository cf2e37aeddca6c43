//! Attributes for access control: which claims of a login become tags of its session (spec/identity-pools.md 14).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::identity_token::IdentityToken;
use crate::login_token::{LoginKind, VerifiedLogin};

/// A provider's attribute map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagMap {
    /// Whether it is the provider's default map.
    pub use_defaults: bool,
    /// The claim that each tag is taken from, by the tag's key. Never empty.
    pub tags: BTreeMap<String, String>,
}

impl TagMap {
    /// The map that a kind of provider has unless told otherwise.
    pub fn defaults(provider: TagProvider) -> Self {
        let (client, username) = match provider {
            TagProvider::OpenId => ("aud", "sub"),
            TagProvider::Amazon => ("aud", "user_id"),
            TagProvider::Saml => (SAML_NAME_IDENTIFIER, SAML_NAME),
        };
        let tags = [("client", client), ("username", username)];
        Self { use_defaults: true, tags: tags.into_iter().map(|(tag, claim)| (tag.into(), claim.into())).collect() }
    }

    /// A map of one's own.
    ///
    /// # Errors
    /// A key that could be no session tag's (spec/sts-and-iam.md B7), in words.
    pub fn custom(tags: BTreeMap<String, String>) -> Result<Self, String> {
        let mut spelled = BTreeMap::new();
        for key in tags.keys() {
            let folded = key.to_lowercase();
            if folded.starts_with("aws:") {
                return Err(format!("{key} is not a valid tag key: aws: is reserved."));
            }
            if let Some(other) = spelled.insert(folded, key) {
                return Err(format!("{other} and {key} are the same tag key: case does not count."));
            }
        }
        Ok(Self { use_defaults: false, tags })
    }
}

/// The kinds of provider, as their default maps differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagProvider {
    /// User pools, OpenID Connect, and the public providers except Amazon.
    OpenId,
    /// Login with Amazon.
    Amazon,
    /// SAML.
    Saml,
}

/// The tags of a session, and where each was looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagChoice {
    /// Key and value; not yet held against the limits of session tags.
    pub tags: BTreeMap<String, String>,
    /// What was looked at, in order. Holds claim values that become tags, never tokens.
    pub steps: Vec<TagStep>,
}

/// One claim that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagStep {
    /// The Logins key.
    pub provider: String,
    /// The tag's key.
    pub tag: String,
    /// The claim's name; `None`: the token brings the tag itself.
    pub claim: Option<String>,
    /// What came of it.
    pub found: TagFound,
}

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagFound {
    /// The tag has this value.
    Taken(String),
    /// The claim is absent, or empty.
    Absent,
    /// The claim is a list or an object; what those do is not documented.
    NotPlain,
    /// An earlier login has given the tag a value.
    Overruled,
}

/// Chooses the tags of a session. `maps` are a pool's, by Logins key; a developer's token brings its own tags. Several logins'
/// tags are united, the first one counts.
pub fn choose_tags(maps: &BTreeMap<String, TagMap>, logins: &[VerifiedLogin]) -> TagChoice {
    let mut choice = TagChoice::default();
    for login in logins {
        for (tag, claim, value) in wanted(maps, login) {
            let known = choice.tags.keys().any(|key| key.to_lowercase() == tag.to_lowercase());
            let found = match value {
                Ok(_) if known => TagFound::Overruled,
                Ok(value) => {
                    choice.tags.insert(tag.clone(), value.clone());
                    TagFound::Taken(value)
                }
                Err(found) => found,
            };
            choice.steps.push(TagStep { provider: login.provider.clone(), tag, claim, found });
        }
    }
    choice
}

/// A tag's key, the claim it comes from, and the claim's value or why there is none.
type Wanted = (String, Option<String>, Result<String, TagFound>);

fn wanted(maps: &BTreeMap<String, TagMap>, login: &VerifiedLogin) -> Vec<Wanted> {
    if login.kind == LoginKind::Developer {
        let brought = IdentityToken::of_login(login).map(|token| token.principal_tags).unwrap_or_default();
        return brought.into_iter().map(|(tag, value)| (tag, None, Ok(value))).collect();
    }
    let map = maps.get(&login.provider).into_iter().flat_map(|map| &map.tags);
    map.map(|(tag, claim)| (tag.clone(), Some(claim.clone()), plain(login.claims.get(claim)))).collect()
}

fn plain(claim: Option<&Value>) -> Result<String, TagFound> {
    match claim {
        None | Some(Value::Null) => Err(TagFound::Absent),
        Some(Value::String(text)) if text.is_empty() => Err(TagFound::Absent),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other @ (Value::Number(_) | Value::Bool(_))) => Ok(other.to_string()),
        Some(Value::Array(_) | Value::Object(_)) => Err(TagFound::NotPlain),
    }
}

/// The claim of a SAML assertion's `NameID`, where no attribute has that name.
pub const SAML_NAME_IDENTIFIER: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
const SAML_NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn login(provider: &str, claims: Value) -> VerifiedLogin {
        VerifiedLogin {
            provider: provider.to_owned(),
            kind: LoginKind::Oidc { provider_arn: format!("arn:{provider}") },
            subject: "ana".to_owned(),
            claims: claims.as_object().unwrap().clone().into(),
        }
    }

    fn map(tags: &[(&str, &str)]) -> TagMap {
        TagMap::custom(tags.iter().map(|(tag, claim)| ((*tag).into(), (*claim).into())).collect()).unwrap()
    }

    fn maps(maps: &[(&str, TagMap)]) -> BTreeMap<String, TagMap> {
        maps.iter().map(|(provider, map)| ((*provider).to_owned(), map.clone())).collect()
    }

    fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
        tags.iter().map(|(tag, value)| ((*tag).into(), (*value).into())).collect()
    }

    #[test]
    fn plain_claims_become_tags_and_the_rest_is_passed_over() {
        let ana =
            login("p", json!({ "aud": "app", "age": 7, "staff": true, "groups": ["a"], "empty": "", "none": null }));
        let wanted =
            map(&[("a", "age"), ("e", "empty"), ("g", "groups"), ("n", "none"), ("s", "staff"), ("x", "absent")]);
        let choice = choose_tags(&maps(&[("p", wanted)]), &[ana]);
        assert_eq!(choice.tags, tags(&[("a", "7"), ("s", "true")]));
        let found: Vec<&TagFound> = choice.steps.iter().map(|step| &step.found).collect();
        let taken = |value: &str| TagFound::Taken(value.to_owned());
        let absent = TagFound::Absent;
        assert_eq!(found, [&taken("7"), &absent, &TagFound::NotPlain, &absent, &taken("true"), &absent]);
    }

    #[test]
    fn each_kind_of_provider_has_its_defaults() {
        let claims =
            json!({ "aud": "app", "sub": "ana", "user_id": "amzn1.ana", SAML_NAME_IDENTIFIER: "id", SAML_NAME: "Ana" });
        for (provider, client, username) in [
            (TagProvider::OpenId, "app", "ana"),
            (TagProvider::Amazon, "app", "amzn1.ana"),
            (TagProvider::Saml, "id", "Ana"),
        ] {
            let choice = choose_tags(&maps(&[("p", TagMap::defaults(provider))]), &[login("p", claims.clone())]);
            assert_eq!(choice.tags, tags(&[("client", client), ("username", username)]));
        }
    }

    #[test]
    fn logins_are_united_and_the_first_one_counts() {
        let maps = maps(&[("a", map(&[("team", "t")])), ("b", map(&[("Team", "t"), ("plan", "p")]))]);
        let logins = [login("a", json!({ "t": "blue" })), login("b", json!({ "t": "red", "p": "gold" }))];
        let choice = choose_tags(&maps, &logins);
        assert_eq!(choice.tags, tags(&[("team", "blue"), ("plan", "gold")]));
        assert_eq!(choice.steps[1].found, TagFound::Overruled);
        assert_eq!(choose_tags(&maps, &[login("c", json!({ "t": "x" }))]), TagChoice::default());
    }

    #[test]
    fn keys_that_could_be_no_tags_are_refused() {
        let custom = |keys: &[&str]| TagMap::custom(keys.iter().map(|key| ((*key).into(), "sub".into())).collect());
        assert!(custom(&["aws:x"]).is_err());
        assert!(custom(&["AWS:x"]).is_err());
        assert!(custom(&["Team", "team"]).is_err());
        assert!(custom(&["team", "plan"]).is_ok());
    }

    proptest! {
        #[test]
        fn a_tag_is_what_a_claim_says(claims in "\\PC{0,40}", tag in "[a-z]{1,8}") {
            let login = login("p", json!({ "c": claims }));
            let choice = choose_tags(&maps(&[("p", map(&[(&tag, "c")]))]), &[login]);
            prop_assert_eq!(choice.tags.get(&tag).cloned().unwrap_or_default(), claims);
        }
    }
}
