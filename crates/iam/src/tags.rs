//! Tags of IAM entities: a JSON object in the store, a list of pairs on the wire.

use crate::page::{Page, Paged};
use crate::quota;
use contract::Fault;
use model::iam::{error, shapes::Tag};
use std::collections::{BTreeMap, HashSet};

/// Checks tags that come in one call (spec/sts-and-iam.md C5, C8).
///
/// # Errors
/// `InvalidInput`: two keys that differ by case at most.
pub fn check(tags: &[Tag]) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    if tags.iter().all(|tag| seen.insert(tag.key.to_lowercase())) {
        return Ok(());
    }
    Err(error::invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive."))
}

/// Tags of a new entity, for its row.
///
/// # Errors
/// As [`check`].
pub fn store(tags: Option<&[Tag]>) -> Result<String, Fault> {
    merge("{}", tags.unwrap_or_default(), "")
}

/// The row's tags with these set. A key that differs by case alone replaces the one before.
///
/// # Errors
/// As [`check`]; `LimitExceeded`: more tags than an entity may have.
pub fn merge(stored: &str, tags: &[Tag], quota_name: &str) -> Result<String, Fault> {
    check(tags)?;
    let mut all = read(stored)?;
    for tag in tags {
        all.retain(|key, _| key.to_lowercase() != tag.key.to_lowercase());
        all.insert(tag.key.clone(), tag.value.clone());
    }
    if all.len() > quota::TAGS {
        return Err(quota::exceeded(quota_name, quota::TAGS));
    }
    write(&all)
}

/// The row's tags without these keys; keys that are not there do not matter.
///
/// # Errors
/// The stored tags do not parse.
pub fn remove(stored: &str, keys: &[String]) -> Result<String, Fault> {
    let mut all = read(stored)?;
    let gone: HashSet<String> = keys.iter().map(|key| key.to_lowercase()).collect();
    all.retain(|key, _| !gone.contains(&key.to_lowercase()));
    write(&all)
}

/// The row's tags as a list, in the order of their keys.
///
/// # Errors
/// The stored tags do not parse.
pub fn list(stored: &str) -> Result<Vec<Tag>, Fault> {
    Ok(read(stored)?.into_iter().map(|(key, value)| Tag { key, value }).collect())
}

/// One page of the row's tags.
///
/// # Errors
/// The stored tags do not parse.
pub fn page(stored: &str, page: &Page) -> Result<Paged<Tag>, Fault> {
    // By place: a key may be longer than a marker.
    let placed = list(stored)?.into_iter().enumerate().collect();
    Ok(page.slice(placed, |(place, _)| format!("{place:03}")).map(|(_, tag)| tag))
}

/// The row's tags as replies about one entity carry them: absent when there are none (spec/sts-and-iam.md C4).
///
/// # Errors
/// The stored tags do not parse.
pub fn shown(stored: &str) -> Result<Option<Vec<Tag>>, Fault> {
    Ok(Some(list(stored)?).filter(|tags| !tags.is_empty()))
}

fn read(stored: &str) -> Result<BTreeMap<String, String>, Fault> {
    serde_json::from_str(stored).map_err(Fault::internal)
}

fn write(tags: &BTreeMap<String, String>) -> Result<String, Fault> {
    serde_json::to_string(tags).map_err(Fault::internal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn tags_are_merged_by_key_without_regard_to_case() {
        let stored = store(Some(&[tag("Team", "a"), tag("cost", "1")])).unwrap();
        assert_eq!(stored, r#"{"Team":"a","cost":"1"}"#);
        assert_eq!(merge(&stored, &[tag("team", "b")], "").unwrap(), r#"{"cost":"1","team":"b"}"#);
        assert_eq!(remove(&stored, &["COST".to_owned(), "other".to_owned()]).unwrap(), r#"{"Team":"a"}"#);
        assert_eq!(shown("{}").unwrap(), None);
    }

    #[test]
    fn one_key_twice_is_refused() {
        let fault = store(Some(&[tag("a", "1"), tag("A", "2")])).unwrap_err();
        assert_eq!(fault.code, "InvalidInput");
    }
}
