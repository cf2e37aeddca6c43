//! Condition blocks: operator names, set operators, IfExists and the truth table of spec/policy.md 4.1.

mod arn;
mod binary;
mod bool;
pub(crate) mod date;
pub(crate) mod ip;
mod null;
mod numeric;
mod string;

use crate::context::{Context, Value};

/// One key under one operator: a statement applies when all of these hold.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// As written, e.g. `ForAnyValue:StringLike`.
    pub operator: Box<str>,
    /// As written.
    pub key: Box<str>,
    /// As written, numbers and booleans by their JSON text.
    pub wanted: Vec<String>,
    quantifier: Quantifier,
    if_exists: bool,
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    None,
    All,
    Any,
}

/// The compiled values of one family of operators.
#[derive(Debug, Clone)]
enum Test {
    String(string::StringTest),
    Numeric(numeric::NumericTest),
    Date(date::DateTest),
    Bool(bool::BoolTest),
    Binary(binary::BinaryTest),
    Ip(ip::IpTest),
    Arn(arn::ArnTest),
    Null(null::NullTest),
}

/// An order test of numbers and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// An operator's name taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    quantifier: Quantifier,
    /// Index into `OPERATORS`.
    base: usize,
    if_exists: bool,
}

#[derive(Debug, Clone, Copy)]
enum Family {
    Equals,
    EqualsIgnoringCase,
    Like,
    Numeric(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// The 27 names, whether negated, and what they compare (spec/policy.md 4.2).
const OPERATORS: [(&str, bool, Family); 27] = {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    use Family::{Arn, Binary, Bool, Date, Equals, EqualsIgnoringCase, Ip, Like, Null, Numeric};
    [
        ("StringEquals", false, Equals),
        ("StringNotEquals", true, Equals),
        ("StringEqualsIgnoreCase", false, EqualsIgnoringCase),
        ("StringNotEqualsIgnoreCase", true, EqualsIgnoringCase),
        ("StringLike", false, Like),
        ("StringNotLike", true, Like),
        ("NumericEquals", false, Numeric(Equal)),
        ("NumericNotEquals", true, Numeric(Equal)),
        ("NumericLessThan", false, Numeric(Less)),
        ("NumericLessThanEquals", false, Numeric(LessOrEqual)),
        ("NumericGreaterThan", false, Numeric(Greater)),
        ("NumericGreaterThanEquals", false, Numeric(GreaterOrEqual)),
        ("DateEquals", false, Date(Equal)),
        ("DateNotEquals", true, Date(Equal)),
        ("DateLessThan", false, Date(Less)),
        ("DateLessThanEquals", false, Date(LessOrEqual)),
        ("DateGreaterThan", false, Date(Greater)),
        ("DateGreaterThanEquals", false, Date(GreaterOrEqual)),
        ("Bool", false, Bool),
        ("BinaryEquals", false, Binary),
        ("IpAddress", false, Ip),
        ("NotIpAddress", true, Ip),
        ("ArnEquals", false, Arn),
        ("ArnLike", false, Arn),
        ("ArnNotEquals", true, Arn),
        ("ArnNotLike", true, Arn),
        ("Null", false, Null),
    ]
};

impl Operator {
    /// Reads a name in any case, as evaluation does.
    pub fn parse(name: &str) -> Option<Operator> {
        Self::read(name, |a, b| a.eq_ignore_ascii_case(b))
    }

    /// Reads a name spelt exactly, as the validator of identity policies does (spec/policy.md 2.2).
    pub fn parse_exact(name: &str) -> Option<Operator> {
        Self::read(name, |a, b| a == b)
    }

    fn read(name: &str, same: impl Fn(&str, &str) -> bool) -> Option<Operator> {
        let (quantifier, rest) = match name.split_once(':') {
            Some((prefix, rest)) if same(prefix, "ForAllValues") => (Quantifier::All, rest),
            Some((prefix, rest)) if same(prefix, "ForAnyValue") => (Quantifier::Any, rest),
            Some(_) => return None,
            None => (Quantifier::None, name),
        };
        let cut = rest.len().saturating_sub("IfExists".len());
        let (rest, if_exists) = match (rest.get(..cut), rest.get(cut..)) {
            (Some(base), Some(suffix)) if same(suffix, "IfExists") => (base, true),
            _ => (rest, false),
        };
        let base = OPERATORS.iter().position(|(known, ..)| same(rest, known))?;
        let operator = Operator { quantifier, base, if_exists };
        // A test for absence that is skipped on absence says nothing: `NullIfExists` is no operator.
        if operator.is_null() && if_exists { None } else { Some(operator) }
    }

    /// One of the six date operators.
    pub fn is_date(self) -> bool {
        matches!(self.family(), Family::Date(_))
    }

    fn is_null(self) -> bool {
        matches!(self.family(), Family::Null)
    }

    fn negated(self) -> bool {
        OPERATORS.get(self.base).is_some_and(|(_, negated, _)| *negated)
    }

    fn family(self) -> Family {
        OPERATORS.get(self.base).map_or(Family::Null, |(_, _, family)| *family)
    }
}

impl Condition {
    /// Compiles one key of one operator.
    pub fn new(name: &str, operator: Operator, key: &str, wanted: Vec<String>, variables: bool) -> Condition {
        let test = match operator.family() {
            Family::Equals => Test::String(string::StringTest::equals(&wanted, variables)),
            Family::EqualsIgnoringCase => Test::String(string::StringTest::equals_ignoring_case(&wanted, variables)),
            Family::Like => Test::String(string::StringTest::like(&wanted, variables)),
            Family::Numeric(comparison) => Test::Numeric(numeric::NumericTest::new(comparison, &wanted)),
            Family::Date(comparison) => Test::Date(date::DateTest::new(comparison, &wanted)),
            Family::Bool => Test::Bool(bool::BoolTest::new(&wanted, variables)),
            Family::Binary => Test::Binary(binary::BinaryTest::new(&wanted)),
            Family::Ip => Test::Ip(ip::IpTest::new(&wanted)),
            Family::Arn => Test::Arn(arn::ArnTest::new(&wanted, variables)),
            Family::Null => Test::Null(null::NullTest::new(&wanted)),
        };
        Condition {
            operator: name.into(),
            key: key.into(),
            wanted,
            quantifier: operator.quantifier,
            if_exists: operator.if_exists,
            negated: operator.negated(),
            test,
        }
    }

    /// Whether the condition holds, by the table of spec/policy.md 4.1.
    pub fn holds(&self, context: &Context) -> bool {
        // An empty list counts as an absent key.
        let value = context.get(&self.key).filter(|value| !value.texts().is_empty());
        if let Test::Null(test) = &self.test {
            return test.holds(value.is_none());
        }
        let Some(value) = value else {
            return match self.quantifier {
                Quantifier::None => self.negated || self.if_exists,
                Quantifier::All => true,
                // Also with IfExists: AWS's behaviour, against the guide's wording (spec/policy.md 12).
                Quantifier::Any => false,
            };
        };
        match (self.quantifier, value) {
            (Quantifier::None, Value::Single(text)) => self.accepts(text, context),
            (Quantifier::None, Value::List(_)) => false,
            // "A null data set, such as an empty string" passes ForAllValues.
            (Quantifier::All, value) => {
                matches!(value.texts(), [only] if only.is_empty())
                    || value.texts().iter().all(|text| self.accepts(text, context))
            }
            (Quantifier::Any, value) => value.texts().iter().any(|text| self.accepts(text, context)),
        }
    }

    /// Whether a list stands where the operator takes one value: why a plain operator on such a key never holds.
    pub fn needs_set_operator(&self, context: &Context) -> bool {
        self.quantifier == Quantifier::None
            && !matches!(self.test, Test::Null(_))
            && matches!(context.get(&self.key), Some(Value::List(texts)) if !texts.is_empty())
    }

    /// One request value against all policy values.
    fn accepts(&self, text: &str, context: &Context) -> bool {
        match &self.test {
            Test::String(test) => {
                // A variable without value: no match, which satisfies a negated operator.
                test.any(text, context) != self.negated
            }
            Test::Numeric(test) => decide(self.negated, test.compare(text)),
            Test::Date(test) => decide(self.negated, test.compare(text)),
            Test::Bool(test) => test.any(text, context),
            Test::Binary(test) => test.any(text),
            Test::Ip(test) => decide(self.negated, test.compare(text)),
            Test::Arn(test) => decide(self.negated, test.compare(text, context)),
            Test::Null(_) => false,
        }
    }

    /// Whether the condition can hold only for the values listed: a positive test that an absent key fails.
    pub fn pins_values(&self) -> bool {
        let positive = matches!(self.test, Test::String(_) | Test::Ip(_) | Test::Arn(_)) && !self.negated;
        positive && !self.if_exists && self.quantifier != Quantifier::All && !self.wanted.is_empty()
    }

    /// Keys of variables in the values, as spelt.
    pub fn variable_keys(&self) -> Vec<&str> {
        match &self.test {
            Test::String(test) => test.keys(),
            Test::Bool(test) => test.keys(),
            Test::Arn(test) => test.keys(),
            _ => Vec::new(),
        }
    }
}

/// Any match, or for a negated operator no match, where a value that cannot be read satisfies neither
/// (spec/policy.md 4.2).
fn decide(negated: bool, mut outcomes: impl Iterator<Item = Option<bool>>) -> bool {
    if negated { outcomes.all(|outcome| outcome == Some(false)) } else { outcomes.any(|outcome| outcome == Some(true)) }
}
