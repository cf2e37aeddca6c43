//! Moments as text.

use jiff::Timestamp;

/// `2026-01-02T03:04:05Z`: whole seconds, rounded down. `ms` counts from the Unix epoch; moments that no
/// calendar holds (before the year -9999, after 9999) become the nearest one.
pub fn iso8601(ms: i64) -> String {
    let bound = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let moment = Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(bound);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Seconds with up to three decimals: `1790000000`, `1689721665.239`.
pub fn seconds(ms: i64) -> String {
    let (sign, ms) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
    let (whole, fraction) = (ms / 1000, ms % 1000);
    match fraction {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction:03}").trim_end_matches('0').to_owned(),
    }
}

/// Milliseconds from seconds with a fraction; `None` when they are out of any calendar's range.
pub fn from_seconds(seconds: f64) -> Option<i64> {
    // 10^12 seconds are 31,000 years: beyond every calendar and exact in a double.
    (seconds.abs() < 1e12).then(|| (seconds * 1000.0).round() as i64)
}

/// Milliseconds from ISO 8601 text or from seconds in digits.
pub fn parse(text: &str) -> Option<i64> {
    match text.parse::<Timestamp>() {
        Ok(moment) => Some(moment.as_millisecond()),
        Err(_) => from_seconds(text.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn moments_are_written_as_aws_writes_them() {
        assert_eq!(iso8601(1_767_323_045_999), "2026-01-02T03:04:05Z");
        assert_eq!(iso8601(i64::MIN), iso8601(Timestamp::MIN.as_millisecond()));
        assert_eq!(seconds(1_790_000_000_000), "1790000000");
        assert_eq!(seconds(1_689_721_665_239), "1689721665.239");
        assert_eq!(seconds(1_500), "1.5");
        assert_eq!(seconds(-1_050), "-1.05");
        assert_eq!(seconds(i64::MIN), "-9223372036854775.808");
    }

    #[test]
    fn moments_are_read_in_both_ways() {
        assert_eq!(parse("2026-01-02T03:04:05Z"), Some(1_767_323_045_000));
        assert_eq!(parse("1767323045.25"), Some(1_767_323_045_250));
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("NaN"), None);
        assert_eq!(from_seconds(1.44e9), Some(1_440_000_000_000));
        assert_eq!(from_seconds(f64::INFINITY), None);
    }
}
