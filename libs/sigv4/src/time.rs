//! Points in time in the two spellings a signature knows: ISO-8601 basic, and the HTTP date.

use std::fmt;

/// Whole seconds since 1970-01-01T00:00:00Z, within the years 0 to 9999 so that it always has a spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const EARLIEST: i64 = -62_167_219_200; // 0000-01-01T00:00:00Z
const LATEST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Timestamp {
    /// From milliseconds since 1970; a part of a second is dropped.
    pub const fn from_ms(ms: i64) -> Self {
        Timestamp::from_seconds(ms.div_euclid(1000))
    }

    /// From seconds since 1970; held within the years 0 to 9999.
    pub const fn from_seconds(seconds: i64) -> Self {
        if seconds < EARLIEST {
            Timestamp(EARLIEST)
        } else if seconds > LATEST {
            Timestamp(LATEST)
        } else {
            Timestamp(seconds)
        }
    }

    /// Seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// `seconds` later (earlier if negative).
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Timestamp::from_seconds(self.0.saturating_add(seconds))
    }

    /// Reads `20260102T030405Z`, exactly so.
    pub fn parse_basic(text: &str) -> Option<Self> {
        let [y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'] = *text.as_bytes() else {
            return None;
        };
        let year = digits(&[y1, y2, y3, y4])?;
        at((year, digits(&[m1, m2])?, digits(&[d1, d2])?), (digits(&[h1, h2])?, digits(&[n1, n2])?, digits(&[s1, s2])?))
    }

    /// Reads `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 9110 5.6.7, the preferred form), which the `Date` header holds.
    pub fn parse_http(text: &str) -> Option<Self> {
        let (_weekday, rest) = text.split_once(", ")?;
        let mut words = rest.split(' ');
        let day = digits(words.next()?.as_bytes())?;
        let name = words.next()?;
        let month = MONTHS.iter().position(|month| *month == name)?;
        let year = words.next().filter(|year| year.len() == 4)?;
        let mut clock = words.next()?.split(':');
        let time = (digit_pair(&mut clock)?, digit_pair(&mut clock)?, digit_pair(&mut clock)?);
        if clock.next().is_some() || words.next()? != "GMT" || words.next().is_some() {
            return None;
        }
        at((digits(year.as_bytes())?, i64::try_from(month).ok()? + 1, day), time)
    }

    /// `20260102T030405Z`, as bytes.
    pub fn basic(self) -> [u8; 16] {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let second = self.0.rem_euclid(DAY);
        let [y1, y2] = [pair(year / 100), pair(year % 100)];
        let [mo, dd, hh, mi, ss] = [month, day, second / 3600, second / 60 % 60, second % 60].map(pair);
        [y1[0], y1[1], y2[0], y2[1], mo[0], mo[1], dd[0], dd[1], b'T', hh[0], hh[1], mi[0], mi[1], ss[0], ss[1], b'Z']
    }

    /// `20260102`: the date a credential scope holds.
    pub fn date(self) -> String {
        self.basic().iter().take(8).map(|digit| char::from(*digit)).collect()
    }
}

/// ISO-8601 basic: `20260102T030405Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.basic().iter().try_for_each(|byte| fmt::Write::write_char(f, char::from(*byte)))
    }
}

fn digit_pair<'t>(parts: &mut impl Iterator<Item = &'t str>) -> Option<i64> {
    digits(parts.next().filter(|part| part.len() == 2)?.as_bytes())
}

/// A number of one to four digits.
fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 4 {
        return None;
    }
    text.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// Two decimal digits. `number` is below 100 wherever this is called.
fn pair(number: i64) -> [u8; 2] {
    let digit = |n: i64| b'0' + u8::try_from(n.rem_euclid(10)).unwrap_or(0);
    [digit(number / 10), digit(number)]
}

fn at((year, month, day): (i64, i64, i64), (hour, minute, second): (i64, i64, i64)) -> Option<Timestamp> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(Timestamp(day_number(year, month, day) * DAY + hour * 3600 + minute * 60 + second))
}

// Both ways count years from March, so that the leap day is the last day of its year, and days in eras of 400 years
// (146,097 days). 719,468 days lie between 0000-03-01 and 1970-01-01.

fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil(day_number: i64) -> (i64, i64, i64) {
    let days = day_number + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn known_days_have_their_numbers() {
        for (text, seconds) in [
            ("19700101T000000Z", 0),
            ("20000229T000000Z", 951_782_400),
            ("20150830T123600Z", 1_440_938_160),
            ("20260102T030405Z", 1_767_323_045),
            ("00000101T000000Z", EARLIEST),
            ("99991231T235959Z", LATEST),
        ] {
            let time = Timestamp::parse_basic(text).unwrap();
            assert_eq!(time.seconds(), seconds, "{text}");
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn days_read_back() {
        for day in ((EARLIEST / DAY)..=(LATEST / DAY)).step_by(13) {
            let time = Timestamp::from_seconds(day * DAY + 45_296);
            assert_eq!(Timestamp::parse_basic(&time.to_string()), Some(time));
        }
    }

    #[test]
    fn what_is_not_a_date_is_not_read() {
        for text in [
            "",
            "20260102",
            "2026-01-02T03:04:05Z",
            "20260230T000000Z",
            "20261301T000000Z",
            "20260100T000000Z",
            "20260101T240000Z",
            "20260101T006000Z",
            "20260101T000060Z",
            "20260101T000000",
            "+0260101T000000Z",
            "20260101t000000z",
            "21000229T000000Z",
        ] {
            assert_eq!(Timestamp::parse_basic(text), None, "{text}");
        }
        for text in [
            "",
            "Fri, 02 Jan 2026",
            "Fri, 02 Jan 2026 03:04:05 UTC",
            "Fri, 02 Jan 26 03:04:05 GMT",
            "Fri, 02 Foo 2026 03:04:05 GMT",
        ] {
            assert_eq!(Timestamp::parse_http(text), None, "{text}");
        }
    }

    #[test]
    fn the_http_date_is_the_same_moment() {
        assert_eq!(Timestamp::parse_http("Fri, 02 Jan 2026 03:04:05 GMT"), Timestamp::parse_basic("20260102T030405Z"));
    }

    #[test]
    fn times_out_of_range_stay_printable() {
        assert_eq!(Timestamp::from_ms(i64::MAX).to_string(), "99991231T235959Z");
        assert_eq!(Timestamp::from_ms(i64::MIN).to_string(), "00000101T000000Z");
        assert_eq!(Timestamp::from_ms(-1).to_string(), "19691231T235959Z");
    }
}
