//! Moments as S3 writes them, and as HTTP's conditions name them.

use domain::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// `2026-01-02T03:04:05.000Z`. S3 knows no fractions of a second.
pub(super) fn iso8601(at: Timestamp) -> String {
    moment(at).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// `Fri, 02 Jan 2026 03:04:05 GMT`.
pub(super) fn http_date(at: Timestamp) -> String {
    moment(at).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Seconds since 1970 of a date in a header, in any of HTTP's three forms (RFC 9110 5.6.7); `None` for anything else, which
/// HTTP says to ignore.
pub(super) fn parse_http_date(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(moment) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(moment.as_second());
    }
    let local = |format: &str| DateTime::strptime(format, text).ok()?.to_zoned(TimeZone::UTC).ok();
    let found = local("%A, %d-%b-%y %H:%M:%S GMT").or_else(|| local("%a %b %e %H:%M:%S %Y"))?;
    Some(found.timestamp().as_second())
}

fn moment(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(at.seconds()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_s3_writes_them() {
        let at = Timestamp::from_millis(1_767_323_045_999);
        assert_eq!(iso8601(at), "2026-01-02T03:04:05.000Z");
        assert_eq!(http_date(at), "Fri, 02 Jan 2026 03:04:05 GMT");
    }

    #[test]
    fn read_in_three_forms() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_http_date(text), Some(784_111_777), "{text}");
        }
        for text in ["", "yesterday", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994"] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }
}
