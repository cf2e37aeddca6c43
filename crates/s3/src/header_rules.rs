//! Which headers of S3 mean something to an operation, and what they may hold: a value that one reader takes for nothing and
//! another for something would be decided one way and carried out another.

use crate::call::read_query;
use crate::permission::{ACL_HEADERS, replaces_tags};
use crate::{Operation, S3Fault};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything else is escaped in the one form in which tags are passed on.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the customer brings for each request, as opposed to what the object is made with.
const CUSTOMER_KEY: &str = "x-amz-server-side-encryption-customer-";
const ENCRYPTION: &str = "x-amz-server-side-encryption";
const TAGGING: &str = "x-amz-tagging";

/// Takes away what S3 passes over in this operation, checks what is left, and writes tags in one form.
///
/// # Errors
/// `InvalidArgument`, `InvalidStorageClass`: a value that is none.
pub(crate) fn settle(operation: Operation, headers: &mut HeaderMap) -> Result<(), S3Fault> {
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in names {
        let value = headers.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match fate(operation, name.as_str()) {
            Fate::Refused => {
                let message = format!("{name} header is not supported for this operation.");
                return Err(S3Fault::invalid_argument(message, name.as_str(), value));
            }
            Fate::PassedOver => drop(headers.remove(&name)),
            Fate::Meant => check(name.as_str(), value)?,
        }
    }
    if operation == Operation::CopyObject && !replaces_tags(headers) {
        headers.remove(TAGGING);
    }
    rewrite_tags(headers);
    Ok(())
}

enum Fate {
    Meant,
    PassedOver,
    Refused,
}

fn fate(operation: Operation, name: &str) -> Fate {
    use Operation as O;
    let makes = matches!(operation, O::PutObject | O::PostObject | O::CopyObject | O::CreateMultipartUpload);
    let means_something = match name {
        // Also of parts: what the upload was begun with holds for them, and cannot be said again.
        _ if name.starts_with(ENCRYPTION) && !name.starts_with(CUSTOMER_KEY) => {
            return if makes { Fate::Meant } else { Fate::Refused };
        }
        _ if ACL_HEADERS.contains(&name) => {
            makes || matches!(operation, O::CreateBucket | O::PutBucketAcl | O::PutObjectAcl)
        }
        _ if name.starts_with("x-amz-object-lock-") => makes,
        TAGGING | "x-amz-storage-class" | "x-amz-website-redirect-location" => makes,
        "x-amz-metadata-directive" | "x-amz-tagging-directive" => operation == O::CopyObject,
        "x-amz-bypass-governance-retention" => {
            matches!(operation, O::DeleteObject | O::DeleteObjects | O::PutObjectRetention | O::PutObjectLegalHold)
        }
        "x-amz-bucket-object-lock-enabled" | "x-amz-object-ownership" => operation == O::CreateBucket,
        _ => true,
    };
    if means_something { Fate::Meant } else { Fate::PassedOver }
}

fn check(name: &str, value: &str) -> Result<(), S3Fault> {
    let one_of = |known: &[&str], message: &str| match known.contains(&value) {
        true => Ok(()),
        false => Err(S3Fault::invalid_argument(message, name, value)),
    };
    match name {
        "x-amz-metadata-directive" => one_of(&["COPY", "REPLACE"], "Unknown metadata directive."),
        "x-amz-tagging-directive" => one_of(&["COPY", "REPLACE"], "Unknown tagging directive."),
        "x-amz-object-lock-mode" => one_of(&LOCK_MODES, "Unknown wormMode directive."),
        "x-amz-object-lock-legal-hold" => one_of(&HOLDS, "Legal Hold must be either of 'ON' or 'OFF'"),
        "x-amz-object-lock-retain-until-date" => match is_moment(value) {
            true => Ok(()),
            false => {
                Err(S3Fault::invalid_argument("The retain until date must be provided in ISO 8601 format", name, value))
            }
        },
        ENCRYPTION => one_of(
            &["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"],
            "The encryption method specified is not supported",
        ),
        "x-amz-bypass-governance-retention" | "x-amz-bucket-object-lock-enabled" => {
            let known = ["true", "false"].iter().any(|known| value.eq_ignore_ascii_case(known));
            if known { Ok(()) } else { one_of(&[], "This header is either true or false") }
        }
        "x-amz-storage-class" => {
            let plausible =
                value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
            if plausible && !value.is_empty() {
                return Ok(());
            }
            let message = "The storage class you specified is not valid";
            Err(S3Fault::new("InvalidStorageClass", StatusCode::BAD_REQUEST, message)
                .with("StorageClassRequested", value))
        }
        _ => Ok(()),
    }
}

/// The modes of a lock.
pub(crate) const LOCK_MODES: [&str; 2] = ["GOVERNANCE", "COMPLIANCE"];
/// The states of a legal hold.
pub(crate) const HOLDS: [&str; 2] = ["ON", "OFF"];

/// Whether the text is a moment that policies can compare with.
pub(crate) fn is_moment(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

/// Whoever carries the request out reads the same pairs in it as are decided on. Tags that cannot be read stay, and are refused
/// with the rest of the document.
fn rewrite_tags(headers: &mut HeaderMap) {
    let Some(text) = headers.get(TAGGING).and_then(|value| std::str::from_utf8(value.as_bytes()).ok()) else { return };
    let Ok(tags) = read_query(text) else { return };
    let escape = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
    let pairs: Vec<String> = tags.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
    if let Ok(value) = HeaderValue::from_str(&pairs.join("&")) {
        headers.insert(TAGGING, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn settled(operation: Operation, name: &'static str, value: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        match settle(operation, &mut headers) {
            Ok(()) => headers.get(name).map_or("-".to_owned(), |value| value.to_str().unwrap().to_owned()),
            Err(fault) => fault.code.to_owned(),
        }
    }

    #[test]
    fn what_means_nothing_is_not_there() {
        use Operation as O;
        for (operation, name, value, wanted) in [
            (O::PutObject, "x-amz-acl", "public-read", "public-read"),
            (O::UploadPart, "x-amz-acl", "public-read", "-"),
            (O::CompleteMultipartUpload, "x-amz-grant-read", "id=1", "-"),
            (O::PutObjectTagging, "x-amz-acl", "public-read", "-"),
            (O::PutBucketAcl, "x-amz-grant-write", "id=1", "id=1"),
            (O::GetObject, "x-amz-storage-class", "GLACIER", "-"),
            (O::UploadPart, "x-amz-tagging", "a=1", "-"),
            (O::UploadPart, "x-amz-object-lock-legal-hold", "OFF", "-"),
            (O::PutObject, "x-amz-tagging-directive", "REPLACE", "-"),
            (O::CopyObject, "x-amz-tagging", "a=1", "-"),
            (O::PutObject, "x-amz-bypass-governance-retention", "true", "-"),
            (O::DeleteObject, "x-amz-bypass-governance-retention", "true", "true"),
            (O::PutBucketOwnershipControls, "x-amz-object-ownership", "ObjectWriter", "-"),
            (O::GetObject, "x-amz-expected-bucket-owner", "1", "1"),
            (O::GetObject, "x-amz-server-side-encryption-customer-algorithm", "AES256", "AES256"),
            (O::UploadPart, "x-amz-server-side-encryption-customer-key", "k", "k"),
        ] {
            assert_eq!(settled(operation, name, value), wanted, "{operation:?} {name}");
        }
    }

    /// Otherwise a part could say of its upload what a policy wants to hear.
    #[test]
    fn only_what_makes_an_object_says_how_it_is_encrypted() {
        use Operation as O;
        for name in [ENCRYPTION, "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-context"]
        {
            let value = if name == ENCRYPTION { "aws:kms" } else { "k" };
            for operation in [O::PutObject, O::CopyObject, O::CreateMultipartUpload] {
                assert_eq!(settled(operation, name, value), value);
            }
            for operation in
                [O::UploadPart, O::UploadPartCopy, O::CompleteMultipartUpload, O::GetObject, O::CreateBucket]
            {
                assert_eq!(settled(operation, name, value), "InvalidArgument", "{operation:?} {name}");
            }
        }
    }

    #[test]
    fn values_have_one_spelling() {
        use Operation as O;
        for (operation, name, good, bad) in [
            (O::CopyObject, "x-amz-tagging-directive", "REPLACE", "replace"),
            (O::CopyObject, "x-amz-metadata-directive", "COPY", "Copy"),
            (O::PutObject, "x-amz-object-lock-mode", "GOVERNANCE", "governance"),
            (O::PutObject, "x-amz-object-lock-legal-hold", "ON", "on"),
            (
                O::PutObject,
                "x-amz-object-lock-retain-until-date",
                "2030-01-01T00:00:00Z",
                "Tue, 01 Jan 2030 00:00:00 GMT",
            ),
            (O::PutObject, ENCRYPTION, "AES256", "aes256"),
            (O::DeleteObject, "x-amz-bypass-governance-retention", "TRUE", "1"),
            (O::CreateBucket, "x-amz-bucket-object-lock-enabled", "false", "yes"),
        ] {
            assert_eq!(settled(operation, name, good), good);
            assert_eq!(settled(operation, name, bad), "InvalidArgument", "{name}: {bad}");
        }
        assert_eq!(settled(O::PutObject, "x-amz-storage-class", "GLACIER_IR"), "GLACIER_IR");
        assert_eq!(settled(O::PutObject, "x-amz-storage-class", "glacier"), "InvalidStorageClass");
    }

    #[test]
    fn tags_have_one_spelling() {
        for (text, wanted) in [
            ("a=1&b=2", "a=1&b=2"),
            ("a=1;b=2", "a=1%3Bb%3D2"),
            ("a b=%2B+&c", "a%20b=%2B%20&c="),
            ("&&a=%c3%a9", "a=%C3%A9"),
            ("", ""),
            ("a=%zz", "a=%zz"),
        ] {
            assert_eq!(settled(Operation::PutObject, TAGGING, text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tags_are_read_as_they_were(text in "[ -~]{0,60}") {
            let rewritten = settled(Operation::PutObject, TAGGING, &text);
            if let Ok(tags) = read_query(&text) {
                prop_assert_eq!(read_query(&rewritten).unwrap(), tags);
            }
        }
    }
}
