//! Where a policy document names its AWS principals, so that names can be exchanged and all other text stays as it is.

use std::ops::Range;

/// A principal under `"AWS"`: what it says, and where its JSON string stands, quotes included.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The text, without escapes.
    pub name: String,
    at: Range<usize>,
}

/// The AWS principals of a document, in its order; `None` when it is no JSON.
pub fn find(document: &str) -> Option<Vec<Named>> {
    let mut scanner = Scanner { text: document, at: 0, depth: 0, found: Vec::new() };
    scanner.value(Place::Document)?;
    Some(scanner.found)
}

/// The document with other names in place of those that `instead` answers for.
pub fn replace(document: &str, principals: &[Named], instead: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(document.len());
    let mut done = 0;
    for principal in principals {
        if let Some(name) = instead(&principal.name) {
            text.push_str(document.get(done..principal.at.start).unwrap_or_default());
            text.push_str(&serde_json::Value::String(name).to_string());
            done = principal.at.end;
        }
    }
    text.push_str(document.get(done..).unwrap_or_default());
    text
}

/// Deeper than any policy: the grammar needs six levels.
const MAX_DEPTH: usize = 64;

/// What a value is, by the members that lead to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    Statements,
    Principal,
    Names,
    Other,
}

impl Place {
    fn member(self, name: &str) -> Self {
        match (self, name) {
            (Self::Document, "Statement") => Self::Statements,
            (Self::Statements, "Principal" | "NotPrincipal") => Self::Principal,
            (Self::Principal, "AWS") => Self::Names,
            _ => Self::Other,
        }
    }

    /// A list means the same as its elements one by one.
    fn element(self) -> Self {
        match self {
            Self::Statements | Self::Names => self,
            _ => Self::Other,
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    found: Vec<Named>,
}

impl Scanner<'_> {
    fn value(&mut self, place: Place) -> Option<()> {
        match self.peek()? {
            b'{' => self.nested(|scanner| scanner.object(place)),
            b'[' => self.nested(|scanner| scanner.array(place)),
            b'"' => {
                let start = self.at;
                let name = self.string()?;
                if place == Place::Names {
                    self.found.push(Named { name, at: start..self.at });
                }
                Some(())
            }
            _ => {
                let rest = self.text.get(self.at..)?;
                let end = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
                self.at += end;
                (end > 0).then_some(())
            }
        }
    }

    fn nested(&mut self, f: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        f(self)?;
        self.depth -= 1;
        Some(())
    }

    fn object(&mut self, place: Place) -> Option<()> {
        if self.take(b'}') {
            return Some(());
        }
        loop {
            self.peek().filter(|byte| *byte == b'"')?;
            let name = self.string()?;
            self.take(b':').then_some(())?;
            self.value(place.member(&name))?;
            if !self.take(b',') {
                return self.take(b'}').then_some(());
            }
        }
    }

    fn array(&mut self, place: Place) -> Option<()> {
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.value(place.element())?;
            if !self.take(b',') {
                return self.take(b']').then_some(());
            }
        }
    }

    /// The string that begins here.
    fn string(&mut self) -> Option<String> {
        let rest = self.text.get(self.at..)?;
        let mut escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })?;
        let literal = rest.get(..end + 2)?;
        self.at += literal.len();
        serde_json::from_str(literal).ok()
    }

    /// Steps over white space and this byte, if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(document: &str) -> Vec<String> {
        find(document).unwrap().into_iter().map(|named| named.name).collect()
    }

    #[test]
    fn principals_are_found_where_the_grammar_has_them_and_nowhere_else() {
        let document = r#"{ "AWS": "no", "Statement": [
            {"Principal": {"AWS": "a", "Federated": "no"}, "Condition": {"StringEquals": {"AWS": "no", "n": 1}}},
            {"Principal": {"Service": ["no"], "\u0041WS" : [ "b" , "c\"d" ] }}, {"Principal": "*"},
            {"NotPrincipal": {"AWS": "e"}} ], "x": null }"#;
        assert_eq!(names(document), ["a", "b", "c\"d", "e"]);
        assert_eq!(names(r#"{"Statement":{"Principal":{"AWS":"a"}}}"#), ["a"]);
    }

    #[test]
    fn only_the_names_change() {
        let document = "{ \"Statement\" :\n{\"Principal\":{\"AWS\":[\"a\",  \"é\", \"b\"]},\"Sid\":\"a\"} }";
        let principals = find(document).unwrap();
        assert_eq!(replace(document, &principals, |_| None), document);
        let changed = replace(document, &principals, |name| (name != "é").then(|| format!("{name}\"")));
        assert_eq!(
            changed,
            "{ \"Statement\" :\n{\"Principal\":{\"AWS\":[\"a\\\"\",  \"é\", \"b\\\"\"]},\"Sid\":\"a\"} }"
        );
    }

    #[test]
    fn broken_text_ends_the_search() {
        for text in ["", "{", "{\"a\"", "{\"a\":}", "[1,]x,", "{\"a\":\"b", "\"\\\"", &"[".repeat(500)] {
            let _ = find(text);
        }
        assert_eq!(find("{\"Statement\":"), None);
        assert_eq!(find(&"[".repeat(500)), None);
    }
}
