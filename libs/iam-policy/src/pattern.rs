//! Wildcard matching: `*` any run, `?` one UTF-16 unit, in time bounded by the square of the text's length.

/// Token for `*`; literal units are UTF-16 units, so they stay below.
const RUN: u32 = 0x1_0000;
/// Token for `?`.
const ONE: u32 = 0x1_0001;

/// A compiled pattern. Common shapes (`*`, no wildcard, `prefix*`) need no token walk.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Glob {
    Any,
    Exact(Box<str>),
    Prefix(Box<str>),
    Tokens(Tokens),
}

/// The general form: literal units and wildcards, and how many units a text needs at least.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tokens {
    tokens: Vec<u32>,
    minimum: usize,
}

impl Glob {
    pub fn new(pattern: &str) -> Glob {
        let wild = |c: char| c == '*' || c == '?';
        if !pattern.contains(wild) {
            return Glob::Exact(pattern.into());
        }
        if pattern.bytes().all(|b| b == b'*') {
            return Glob::Any;
        }
        match pattern.strip_suffix('*') {
            Some(prefix) if !prefix.contains(wild) => Glob::Prefix(prefix.into()),
            _ => {
                let mut tokens = Tokens::default();
                tokens.push_pattern(pattern);
                Glob::Tokens(tokens)
            }
        }
    }

    pub fn matches(&self, text: &str) -> bool {
        match self {
            Glob::Any => true,
            Glob::Exact(wanted) => &**wanted == text,
            Glob::Prefix(prefix) => text.as_bytes().starts_with(prefix.as_bytes()),
            Glob::Tokens(tokens) => tokens.matches(text),
        }
    }
}

impl Tokens {
    pub fn with_capacity(tokens: usize) -> Tokens {
        Tokens { tokens: Vec::with_capacity(tokens), minimum: 0 }
    }

    /// Adds text whose `*` and `?` are wildcards.
    pub fn push_pattern(&mut self, pattern: &str) {
        for unit in pattern.encode_utf16() {
            match unit {
                0x2a => {
                    if self.tokens.last() != Some(&RUN) {
                        self.tokens.push(RUN);
                    }
                }
                0x3f => self.push(ONE),
                unit => self.push(u32::from(unit)),
            }
        }
    }

    /// Adds text that stands for itself.
    pub fn push_literal(&mut self, text: &str) {
        for unit in text.encode_utf16() {
            self.push(u32::from(unit));
        }
    }

    fn push(&mut self, token: u32) {
        self.tokens.push(token);
        self.minimum += 1;
    }

    pub fn matches(&self, text: &str) -> bool {
        if text.is_ascii() {
            let bytes = text.as_bytes();
            return self.minimum <= bytes.len() && walk(&self.tokens, bytes, |byte| u32::from(*byte));
        }
        // `?` counts one UTF-16 unit (spec/sts-and-iam.md D, rule 10), so such text is compared unit by unit.
        let units: Vec<u16> = text.encode_utf16().collect();
        self.minimum <= units.len() && walk(&self.tokens, &units, |unit| u32::from(*unit))
    }
}

/// Greedy matching that only ever returns to the last `*`: an earlier one need not be tried again.
fn walk<T>(tokens: &[u32], text: &[T], unit: impl Fn(&T) -> u32) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut last_run: Option<(usize, usize)> = None;
    while let Some(current) = text.get(at) {
        match tokens.get(token) {
            Some(&RUN) => {
                last_run = Some((token, at));
                token += 1;
            }
            Some(&wanted) if wanted == ONE || wanted == unit(current) => {
                token += 1;
                at += 1;
            }
            _ => match last_run {
                Some((run, from)) => {
                    last_run = Some((run, from + 1));
                    token = run + 1;
                    at = from + 1;
                }
                None => return false,
            },
        }
    }
    tokens.get(token..).unwrap_or_default().iter().all(|rest| *rest == RUN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_runs_and_single_units() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("**", "a/b", true),
            ("a*", "a", true),
            ("a*", "b", false),
            ("*a", "ba", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "a--b--b-c", true),
            ("a*b*c", "a--b--", false),
            ("?*", "", false),
            ("?", "é", true),
            ("?", "𝄞", false),
            ("??", "𝄞", true),
            ("a\\*", "a\\x", true),
            ("[ab]", "a", false),
            ("x*y", "x\ny", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_stay_quick() {
        let pattern = "*a".repeat(2000) + "b";
        assert!(!Glob::new(&pattern).matches(&"a".repeat(4000)));
    }
}
