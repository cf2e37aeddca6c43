//! Session tags: those a request passes, and those a role session passes on to the next (spec/sts-and-iam.md B7, 6).

use contract::Fault;
use model::sts::{Tag, error};
use service::Caller;
use std::collections::{BTreeMap, BTreeSet};

/// The tags of a request. Keys differ by more than case, and are kept as spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedTags {
    /// Key and value.
    pub tags: BTreeMap<String, String>,
    /// Those of the keys that stay through role chains.
    pub transitive: BTreeSet<String>,
}

impl RequestedTags {
    /// Checks the members `Tags` and `TransitiveTagKeys`.
    ///
    /// # Errors
    /// `InvalidParameterValue`: a key stands twice, or is transitive without being a tag.
    pub fn read(tags: Option<Vec<Tag>>, transitive_keys: Option<Vec<String>>) -> Result<Self, Fault> {
        let tags = tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
        Self::of(tags, transitive_keys.unwrap_or_default())
    }

    /// The same for tags that came in a token or an assertion.
    ///
    /// # Errors
    /// As [`RequestedTags::read`].
    pub fn of(tags: impl IntoIterator<Item = (String, String)>, transitive_keys: Vec<String>) -> Result<Self, Fault> {
        let mut spelled: BTreeMap<String, String> = BTreeMap::new();
        let mut requested = Self::default();
        for (key, value) in tags {
            if spelled.insert(fold(&key), key.clone()).is_some() {
                return Err(error::invalid_parameter_value(
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
                ));
            }
            requested.tags.insert(key, value);
        }
        for key in transitive_keys {
            let Some(key) = spelled.get(&fold(&key)) else {
                return Err(error::invalid_parameter_value(
                    "The specified transitive tag key must be included in the requested tags.",
                ));
            };
            requested.transitive.insert(key.clone());
        }
        Ok(requested)
    }

    /// What the session carries in the end: the request's tags and the transitive ones of the calling session, which no
    /// request may set anew.
    ///
    /// # Errors
    /// `InvalidParameterValue`: the request sets one of them.
    pub fn chained(&self, caller: &Caller) -> Result<CarriedTags, Fault> {
        let mut carried = CarriedTags {
            tags: self.tags.clone(),
            transitive: self.transitive.iter().cloned().collect(),
            inherited: false,
        };
        let Caller::Session(session) = caller else { return Ok(carried) };
        for key in &session.transitive_tag_keys {
            let Some(value) = session.tags.get(key) else { continue };
            if self.tags.keys().any(|own| fold(own) == fold(key)) {
                return Err(error::invalid_parameter_value(
                    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag \
                     key from the calling session.",
                ));
            }
            carried.tags.insert(key.clone(), value.clone());
            carried.transitive.push(key.clone());
            carried.inherited = true;
        }
        Ok(carried)
    }
}

/// The tags of a session about to be issued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarriedTags {
    /// Key and value.
    pub tags: BTreeMap<String, String>,
    /// The keys of those that stay through role chains.
    pub transitive: Vec<String>,
    /// Whether some came from the calling session: they too need `sts:TagSession`.
    pub inherited: bool,
}

fn fold(key: &str) -> String {
    key.to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn keys_differ_by_more_than_case() {
        let refused = RequestedTags::read(Some(vec![tag("Team", "a"), tag("team", "b")]), None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive."
        );
    }

    #[test]
    fn a_transitive_key_must_be_a_tag() {
        let tags = || Some(vec![tag("Team", "a")]);
        let read = RequestedTags::read(tags(), Some(vec!["TEAM".to_owned()])).unwrap();
        assert_eq!(read.transitive, BTreeSet::from(["Team".to_owned()]));
        let refused = RequestedTags::read(tags(), Some(vec!["Plan".to_owned()])).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "InvalidParameterValue: The specified transitive tag key must be included in the requested tags."
        );
    }
}
