//! Date operators: instants from ISO 8601 text or epoch seconds (grammar: spec/policy.md 2.2, end).

use super::Comparison;

#[derive(Debug, Clone)]
pub(crate) struct DateTest {
    comparison: Comparison,
    /// `None` for a value that is no date.
    values: Vec<Option<Instant>>,
}

impl DateTest {
    pub fn new(comparison: Comparison, wanted: &[String]) -> DateTest {
        DateTest { comparison, values: wanted.iter().map(|text| Instant::parse(text)).collect() }
    }

    pub fn compare(&self, given: &str) -> impl Iterator<Item = Option<bool>> {
        let given = Instant::parse(given);
        self.values.iter().map(move |value| Some(self.comparison.holds(given?.cmp(&(*value)?))))
    }
}

/// Seconds since 1970 and nanoseconds within the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    seconds: i64,
    nanoseconds: u32,
}

/// Years AWS takes.
const YEARS: std::ops::RangeInclusive<i64> = -292_275_054..=292_278_993;
/// Epoch values from here on are milliseconds: as seconds they would lie beyond the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

impl Instant {
    /// Reads a date or an epoch; `None` where AWS's legacy parser refuses it.
    pub fn parse(text: &str) -> Option<Instant> {
        if text.contains(['t', 'T', '-']) {
            return iso(text);
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let epoch: i64 = text.parse().ok()?;
        Some(if epoch >= MILLISECONDS_FROM {
            Instant { seconds: epoch / 1000, nanoseconds: u32::try_from(epoch % 1000).ok()? * 1_000_000 }
        } else {
            Instant { seconds: epoch, nanoseconds: 0 }
        })
    }
}

fn iso(text: &str) -> Option<Instant> {
    let (date, time) = match text.split_once(['t', 'T']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let (negative, date) = match date.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, date),
    };
    // A `Z` may close a date without a time.
    let date = if time.is_none() { date.strip_suffix('Z').unwrap_or(date) } else { date };
    let mut fields = date.split('-');
    let year = digits(fields.next()?, 9)? * if negative { -1 } else { 1 };
    let month = fields.next().map_or(Some(1), |field| digits(field, 2))?;
    let day = fields.next().map_or(Some(1), |field| digits(field, 2))?;
    if fields.next().is_some() || !YEARS.contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (clock, nanoseconds) = time.map_or(Some((0, 0)), clock)?;
    Some(Instant { seconds: days(year, month, day) * 86_400 + clock, nanoseconds })
}

/// `[hh[:mm[:ss[.fraction]]]]` with its zone: seconds of the day in UTC, and nanoseconds.
fn clock(time: &str) -> Option<(i64, u32)> {
    let (time, zulu) = match time.strip_suffix('Z') {
        Some(rest) => (rest, true),
        None => (time, false),
    };
    if time.is_empty() {
        return Some((0, 0));
    }
    let mut fields = time.splitn(3, ':');
    let hours = digits(fields.next()?, 2)?;
    let minutes = fields.next().map_or(Some(0), |field| digits(field, 2))?;
    let mut seconds = 0;
    let mut nanoseconds = 0;
    let mut offset = 0;
    if let Some(rest) = fields.next() {
        // The zone may only follow the seconds.
        let zone_at = rest.find(['+', '-']);
        if zulu && zone_at.is_some() {
            return None;
        }
        let (rest, zone) = rest.split_at(zone_at.unwrap_or(rest.len()));
        offset = zone_seconds(zone)?;
        let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
        seconds = digits(whole, 2)?;
        if let Some(fraction) = fraction {
            let value = digits(fraction, 9)?;
            let scale = 10_i64.checked_pow(u32::try_from(9 - fraction.len()).ok()?)?;
            nanoseconds = u32::try_from(value * scale).ok()?;
        }
    }
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    Some((hours * 3600 + minutes * 60 + seconds - offset, nanoseconds))
}

/// `+hh[:mm]`, `-hh[:mm]` or nothing; the hour has exactly two digits.
fn zone_seconds(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first() {
        None => return Some(0),
        Some(b'-') => -1,
        Some(_) => 1,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':').unwrap_or((zone.get(1..)?, "00"));
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 23 || minutes > 59 { None } else { Some(sign * (hours * 3600 + minutes * 60)) }
}

/// One to `most` decimal digits.
fn digits(text: &str, most: usize) -> Option<i64> {
    if text.is_empty() || text.len() > most || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar: whole 400-year eras, years counted from March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dates_agree_with_a_calendar_library() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2016-12-13T02:00:00.593194Z",
            "2000-02-29T23:59:59+05:30",
            "1583-03-01T00:00:00-08:00",
        ] {
            let expected: jiff::Timestamp = text.parse().unwrap();
            let got = Instant::parse(text).unwrap();
            let nanoseconds = i128::from(got.seconds) * 1_000_000_000 + i128::from(got.nanoseconds);
            assert_eq!(nanoseconds, expected.as_nanosecond(), "{text}");
        }
    }

    #[test]
    fn short_and_numeric_forms() {
        let same = |a: &str, b: &str| assert_eq!(Instant::parse(a).unwrap(), Instant::parse(b).unwrap(), "{a} {b}");
        same("2026-01", "2026-01-01T00:00:00Z");
        same("2026-01-01", "2026-01-01T00:00");
        same("2026T", "2026-01-01");
        same("1735689600", "2025-01-01");
        same("1735689600000", "2025-01-01");
        for accepted in ["01T", "-292275054", "292278993T", "2016-12-13t2:00:00.593194+23", "9223372036854775807"] {
            assert!(Instant::parse(accepted).is_some(), "{accepted}");
        }
        for refused in [
            "",
            "sdfdsf",
            "234-13",
            "2016-12-13t2:00:00.593194+1",
            "2016-12-13T02:00:00.9999999999",
            "-292275055",
            "9223372036854775808",
            "2016-12-13T24:00",
            "2016-12-13T02+01",
            "1.5",
            "2016-01-32",
        ] {
            assert!(Instant::parse(refused).is_none(), "{refused}");
        }
    }
}
