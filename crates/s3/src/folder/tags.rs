//! Tags of objects and buckets: how many, how long, of which characters.

use crate::S3Fault;
use crate::fault::element;
use crate::xml::Element;
use contract::Fault;
use http::StatusCode;

/// Tags in the order they were given.
pub type Tags = Vec<(String, String)>;

/// An object may have so many.
pub(super) const OF_OBJECT: usize = 10;
/// A bucket may have so many.
pub(super) const OF_BUCKET: usize = 50;

const KEY_MOST: usize = 128;
const VALUE_MOST: usize = 256;
const HEADER: &str = "x-amz-tagging";

/// The tags in `x-amz-tagging`.
///
/// # Errors
/// `InvalidArgument` when it is no query string or names a key twice; as for [`check`].
pub(super) fn of_header(text: &str) -> Result<Tags, S3Fault> {
    let refuse = || {
        let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag \
                       name duplicates.";
        S3Fault::invalid_argument(message, HEADER, text)
    };
    let tags = crate::call::read_query(text).map_err(|_| refuse())?;
    if has_double(&tags) {
        return Err(refuse());
    }
    check(&tags, OF_OBJECT)?;
    Ok(tags)
}

/// The tags in a `Tagging` document.
///
/// # Errors
/// `MalformedXML`, `InvalidTag`, `BadRequest`.
pub(super) fn of_document(document: &[u8], most: usize) -> Result<Tags, S3Fault> {
    let root = Element::read(document, "Tagging")?;
    let mut sets = root.all("TagSet");
    let (Some(set), None) = (sets.next(), sets.next()) else { return Err(S3Fault::malformed_xml()) };
    let tag = |tag: &Element| match (tag.only("Key")?, tag.only("Value")?) {
        (Some(key), Some(value)) => Ok((key.to_owned(), value.to_owned())),
        _ => Err(S3Fault::malformed_xml()),
    };
    let tags = set.all("Tag").map(tag).collect::<Result<Tags, S3Fault>>()?;
    if has_double(&tags) {
        return Err(invalid_tag("Cannot provide multiple Tags with the same key"));
    }
    check(&tags, most)?;
    Ok(tags)
}

/// The document that shows tags.
pub(super) fn write(document: &mut String, tags: &Tags) {
    document.push_str("<TagSet>");
    for (key, value) in tags {
        document.push_str("<Tag>");
        element(document, "Key", key);
        element(document, "Value", value);
        document.push_str("</Tag>");
    }
    document.push_str("</TagSet>");
}

/// What the store keeps; nothing for no tags.
pub(super) fn text(tags: &Tags) -> Result<Option<String>, S3Fault> {
    if tags.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(tags).map(Some).map_err(|error| S3Fault::internal(error.to_string()))
}

/// What the store kept.
pub(super) fn read(text: &str) -> Result<Tags, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::internal(format!("stored tags: {error}")))
}

fn check(tags: &Tags, most: usize) -> Result<(), S3Fault> {
    if tags.len() > most {
        let whose = if most == OF_OBJECT { "Object" } else { "Bucket" };
        let message = format!("{whose} tags cannot be greater than {most}");
        return Err(S3Fault::new("BadRequest", StatusCode::BAD_REQUEST, message));
    }
    for (key, value) in tags {
        if key.is_empty() || length(key) > KEY_MOST || !key.chars().all(is_allowed) {
            return Err(invalid_tag("The TagKey you have provided is invalid").with("TagKey", key));
        }
        if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            return Err(invalid_tag("System tags cannot be added/updated by requester").with("TagKey", key));
        }
        if length(value) > VALUE_MOST || !value.chars().all(is_allowed) {
            return Err(invalid_tag("The TagValue you have provided is invalid")
                .with("TagKey", key)
                .with("TagValue", value));
        }
    }
    Ok(())
}

/// In UTF-16 units, as S3 counts.
fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Letters, digits and blanks of any script, and `+ - = . _ : / @`.
fn is_allowed(character: char) -> bool {
    let plain = character.is_alphanumeric() || character.is_whitespace();
    (plain && !character.is_control()) || "+-=._:/@".contains(character)
}

fn has_double(tags: &Tags) -> bool {
    let mut keys: Vec<&str> = tags.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

fn invalid_tag(message: &str) -> S3Fault {
    S3Fault::new("InvalidTag", StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_header_is_a_query() {
        let tags = of_header("a=1&b%2Fc=%C3%A9+x&d").unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(tags, [pair("a", "1"), pair("b/c", "é x"), pair("d", "")]);
        assert_eq!(of_header("").unwrap(), []);
        for (text, code) in [
            ("a=1&a=2", "InvalidArgument"),
            ("a=%ff", "InvalidArgument"),
            ("=1", "InvalidTag"),
            ("a=%3C", "InvalidTag"),
            ("AWS:a=1", "InvalidTag"),
            ("1&2&3&4&5&6&7&8&9&10&11", "BadRequest"),
        ] {
            assert_eq!(of_header(text).unwrap_err().code, code, "{text}");
        }
        assert_eq!(of_header(&format!("{}=1", "k".repeat(129))).unwrap_err().code, "InvalidTag");
        assert!(of_header(&format!("k={}", "v".repeat(256))).is_ok());
        assert_eq!(of_header(&format!("k={}", "v".repeat(257))).unwrap_err().code, "InvalidTag");
    }

    #[test]
    fn a_document_is_read_as_it_is_written() {
        let tags: Tags = vec![("a".into(), " 1 ".into()), ("é".into(), String::new())];
        let mut document = String::from("<Tagging>");
        write(&mut document, &tags);
        document.push_str("</Tagging>");
        assert_eq!(of_document(document.as_bytes(), OF_OBJECT).unwrap(), tags);
        for (document, code) in [
            ("<Tagging/>", "MalformedXML"),
            ("<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "MalformedXML"),
            (
                "<Tagging><TagSet><Tag><Key>a</Key><Value/></Tag><Tag><Key>a</Key><Value/></Tag></TagSet></Tagging>",
                "InvalidTag",
            ),
        ] {
            assert_eq!(of_document(document.as_bytes(), OF_OBJECT).unwrap_err().code, code, "{document}");
        }
    }
}
