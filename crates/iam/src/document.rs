//! Policy documents on the wire.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A document as replies carry it: percent-encoded, its text otherwise as it was submitted (spec/sts-and-iam.md C4).
pub fn encode(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encode("{ \"a-._~Z9\":\n1}"), "%7B%20%22a-._~Z9%22%3A%0A1%7D");
        assert_eq!(encode("%3A é"), "%253A%20%C3%A9");
    }
}
