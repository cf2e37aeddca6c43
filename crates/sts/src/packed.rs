//! How much of a session token its policies and tags fill: `PackedPolicySize`.

use crate::session_policy::SessionPolicies;
use contract::Fault;
use model::sts::error;
use std::collections::BTreeMap;

/// The bytes that policies and tags of one session may fill. AWS does not publish how it packs nor how much room there is
/// (spec/sts-and-iam.md B7, 6); this leaves room for the longest document, some ARNs and some tags, though not for the most
/// of everything at once.
const ROOM: usize = 4096;

/// The size in percent, rounded up: the bytes of the document as passed, of the ARNs, and of the tags' keys and values, a
/// hundredfold, over 4096. `None` when there are none.
///
/// # Errors
/// `PackedPolicyTooLarge`: more than 100.
pub fn percent(policies: &SessionPolicies, tags: &BTreeMap<String, String>) -> Result<Option<i64>, Fault> {
    let of_policies =
        policies.inline.as_ref().map_or(0, String::len) + policies.arns.iter().map(String::len).sum::<usize>();
    let of_tags: usize = tags.iter().map(|(key, value)| key.len() + value.len()).sum();
    if policies.is_empty() && tags.is_empty() {
        return Ok(None);
    }
    let percent = (100 * (of_policies + of_tags)).div_ceil(ROOM);
    if percent > 100 {
        return Err(error::packed_policy_too_large(if policies.is_empty() {
            format!("Packed size of session tags consumes {percent}% of allotted space.")
        } else {
            format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.")
        }));
    }
    Ok(i64::try_from(percent).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn policies(bytes: usize) -> SessionPolicies {
        SessionPolicies { inline: (bytes > 0).then(|| "x".repeat(bytes)), arns: Vec::new() }
    }

    fn tags(bytes: usize) -> BTreeMap<String, String> {
        if bytes == 0 { BTreeMap::new() } else { BTreeMap::from([("k".to_owned(), "v".repeat(bytes - 1))]) }
    }

    #[test]
    fn the_size_is_rounded_up() {
        assert_eq!(percent(&policies(0), &tags(0)).unwrap(), None);
        assert_eq!(percent(&policies(1), &tags(0)).unwrap(), Some(1));
        assert_eq!(percent(&policies(2048), &tags(0)).unwrap(), Some(50));
        assert_eq!(percent(&policies(2048), &tags(2048)).unwrap(), Some(100));
    }

    #[test]
    fn too_much_is_refused() {
        let refused = |bytes, more| percent(&policies(bytes), &tags(more)).unwrap_err().to_string();
        assert_eq!(
            refused(2048, 2785),
            "PackedPolicyTooLarge: Packed policy consumes 118% of allotted space, please use smaller policy."
        );
        assert_eq!(
            refused(0, 4097),
            "PackedPolicyTooLarge: Packed size of session tags consumes 101% of allotted space."
        );
    }
}
