//! Numeric operators: signed integers and decimals of any length, compared exactly.

use super::Comparison;
use std::cmp::Ordering;

#[derive(Debug, Clone)]
pub(crate) struct NumericTest {
    comparison: Comparison,
    /// `None` for a value that is no number.
    values: Vec<Option<Decimal>>,
}

impl NumericTest {
    pub fn new(comparison: Comparison, wanted: &[String]) -> NumericTest {
        NumericTest { comparison, values: wanted.iter().map(|text| Decimal::parse(text)).collect() }
    }

    pub fn compare(&self, given: &str) -> impl Iterator<Item = Option<bool>> {
        let given = Decimal::parse(given);
        self.values.iter().map(move |value| Some(self.comparison.holds(given.as_ref()?.order(value.as_ref()?))))
    }
}

/// A number without leading or trailing zeros, so that `10` equals `10.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric(whole) || !numeric(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        // There is one zero.
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Decimal { negative, whole, fraction })
    }

    fn order(&self, other: &Decimal) -> Ordering {
        let size = |a: &Decimal, b: &Decimal| {
            let whole = a.whole.len().cmp(&b.whole.len()).then_with(|| a.whole.cmp(&b.whole));
            // Without trailing zeros the text order of fractions is their order.
            whole.then_with(|| a.fraction.cmp(&b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        for (a, b, expected) in [
            ("10", "10.0", Some(Ordering::Equal)),
            ("-0", "0", Some(Ordering::Equal)),
            ("2", "10", Some(Ordering::Less)),
            ("-2", "-10", Some(Ordering::Greater)),
            ("1.25", "1.3", Some(Ordering::Less)),
            ("+7", "007", Some(Ordering::Equal)),
            ("99999999999999999999", "99999999999999999998", Some(Ordering::Greater)),
            ("1.", "1", None),
            ("", "1", None),
            ("1e2", "100", None),
        ] {
            let order = Decimal::parse(a).zip(Decimal::parse(b)).map(|(a, b)| a.order(&b));
            assert_eq!(order, expected, "{a} {b}");
        }
    }
}
