//! AWS's own claims in an ID token: session tags, source identity, roles (spec/sts-and-iam.md B8).

use domain::jwt::Claims;
use serde_json::Value;

/// The session tags a token asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTags {
    /// Key and value, in the order of the claims. Not yet held against the limits of STS.
    pub principal_tags: Vec<(String, String)>,
    /// The keys of those that stay through role chains.
    pub transitive_tag_keys: Vec<String>,
}

/// The tags in the nested claim `https://aws.amazon.com/tags` and its flattened forms; without any, none.
pub fn session_tags(claims: &Claims) -> Result<SessionTags, TagsFault> {
    let mut tags = SessionTags::default();
    if let Some(nested) = claims.get(TAGS) {
        let nested = nested.as_object().ok_or(TagsFault::BadTags)?;
        if let Some(principal_tags) = nested.get("principal_tags") {
            for (key, value) in principal_tags.as_object().ok_or(TagsFault::BadPrincipalTags)? {
                tags.add(key, value)?;
            }
        }
        if let Some(keys) = nested.get("transitive_tag_keys") {
            tags.transitive_tag_keys.extend(texts(keys).ok_or(TagsFault::BadTags)?);
        }
    }
    for (claim, value) in claims {
        let Some(name) = claim.strip_prefix(TAGS).and_then(|rest| rest.strip_prefix('/')) else { continue };
        if let Some(key) = name.strip_prefix("principal_tags/") {
            tags.add(key, value)?;
        } else if name == "transitive_tag_keys" {
            tags.transitive_tag_keys.extend(texts(value).ok_or(TagsFault::BadTags)?);
        }
    }
    Ok(tags)
}

/// The claim `https://aws.amazon.com/source_identity`; `Err` if it is not text.
pub fn source_identity(claims: &Claims) -> Result<Option<&str>, BadSourceIdentity> {
    match claims.get(SOURCE_IDENTITY) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(BadSourceIdentity),
    }
}

/// The ARNs in the claim `https://aws.amazon.com/roles`: an array, or one text with `;` between. `None` if absent; a
/// claim of another type names no role.
pub fn roles(claims: &Claims) -> Option<Vec<String>> {
    Some(match claims.get(ROLES)? {
        Value::String(text) => text.split(';').map(|role| role.trim().to_owned()).filter(|r| !r.is_empty()).collect(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(|role| role.trim().to_owned()).collect(),
        _ => Vec::new(),
    })
}

/// Which part of the tags is malformed; STS has a sentence for each (spec/sts-and-iam.md B3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagsFault {
    /// The claim itself, or its transitive keys.
    #[error("the tags claim is malformed")]
    BadTags,
    /// `principal_tags`: not an object, a value that is not one text, or a key given twice.
    #[error("principal_tags is malformed")]
    BadPrincipalTags,
}

/// The source identity is not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("source_identity is malformed")]
pub struct BadSourceIdentity;

const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";
const ROLES: &str = "https://aws.amazon.com/roles";

impl SessionTags {
    /// A value is one text, alone or in an array.
    fn add(&mut self, key: &str, value: &Value) -> Result<(), TagsFault> {
        let value = match value {
            Value::String(text) => text,
            Value::Array(list) => match list.as_slice() {
                [Value::String(text)] => text,
                _ => return Err(TagsFault::BadPrincipalTags),
            },
            _ => return Err(TagsFault::BadPrincipalTags),
        };
        if key.is_empty() || self.principal_tags.iter().any(|(known, _)| known == key) {
            return Err(TagsFault::BadPrincipalTags);
        }
        self.principal_tags.push((key.to_owned(), value.clone()));
        Ok(())
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        let Value::Object(claims) = value else { panic!("an object") };
        claims
    }

    #[test]
    fn nested_and_flattened_tags_mean_the_same() {
        let nested = claims(json!({ TAGS: {
            "principal_tags": { "Project": ["Automation"], "Team": "blue" }, "transitive_tag_keys": ["Project"],
        }}));
        let flat = claims(json!({
            "https://aws.amazon.com/tags/principal_tags/Project": ["Automation"],
            "https://aws.amazon.com/tags/principal_tags/Team": "blue",
            "https://aws.amazon.com/tags/transitive_tag_keys": ["Project"],
        }));
        let expected = SessionTags {
            principal_tags: vec![("Project".into(), "Automation".into()), ("Team".into(), "blue".into())],
            transitive_tag_keys: vec!["Project".into()],
        };
        assert_eq!(session_tags(&nested), Ok(expected.clone()));
        assert_eq!(session_tags(&flat), Ok(expected));
        assert_eq!(session_tags(&Claims::new()), Ok(SessionTags::default()));
        assert_eq!(session_tags(&claims(json!({ "https://aws.amazon.com/tagsx": 1 }))), Ok(SessionTags::default()));
    }

    #[test]
    fn malformed_tags_are_refused() {
        for (value, fault) in [
            (json!({ TAGS: "text" }), TagsFault::BadTags),
            (json!({ TAGS: { "transitive_tag_keys": [1] } }), TagsFault::BadTags),
            (json!({ TAGS: { "principal_tags": [] } }), TagsFault::BadPrincipalTags),
            (json!({ TAGS: { "principal_tags": { "a": ["1", "2"] } } }), TagsFault::BadPrincipalTags),
            (json!({ TAGS: { "principal_tags": { "a": [] } } }), TagsFault::BadPrincipalTags),
            (json!({ TAGS: { "principal_tags": { "a": 1 } } }), TagsFault::BadPrincipalTags),
            (json!({ "https://aws.amazon.com/tags/principal_tags/": "1" }), TagsFault::BadPrincipalTags),
            (
                json!({ TAGS: { "principal_tags": { "a": "1" } }, "https://aws.amazon.com/tags/principal_tags/a": "2" }),
                TagsFault::BadPrincipalTags,
            ),
        ] {
            assert_eq!(session_tags(&claims(value.clone())), Err(fault), "{value}");
        }
    }

    #[test]
    fn roles_and_source_identity_are_read() {
        let list = claims(json!({ ROLES: ["arn:a", "arn:b"], SOURCE_IDENTITY: "ana" }));
        let line = claims(json!({ ROLES: "arn:a; arn:b;", SOURCE_IDENTITY: 7 }));
        assert_eq!(roles(&list).unwrap(), ["arn:a", "arn:b"]);
        assert_eq!(roles(&line).unwrap(), ["arn:a", "arn:b"]);
        assert_eq!(roles(&claims(json!({ ROLES: 7 }))), Some(Vec::new()));
        assert_eq!(roles(&Claims::new()), None);
        assert_eq!(source_identity(&list), Ok(Some("ana")));
        assert_eq!(source_identity(&line), Err(BadSourceIdentity));
        assert_eq!(source_identity(&Claims::new()), Ok(None));
    }
}
