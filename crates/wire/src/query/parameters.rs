//! Form and query-string pairs, decoded strictly.

/// More pairs than any operation can use are refused before they are stored.
const MAX_PAIRS: usize = 10_000;

/// Decoded pairs in the order of the request: the form first, then the query string.
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

// The values may be secrets.
impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parameters({})", self.0.len())
    }
}

impl Parameters {
    /// Decodes both sources; the error is AWS's sentence.
    pub(crate) fn parse(form: &[u8], query: &[u8]) -> Result<Self, String> {
        let mut out = Vec::new();
        for pair in [form, query].into_iter().flat_map(|text| text.split(|byte| *byte == b'&')) {
            if pair.is_empty() {
                continue;
            }
            if out.len() == MAX_PAIRS {
                return Err(format!("More than {MAX_PAIRS} parameters"));
            }
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            out.push((decode_bytes(name)?, decode_bytes(value.get(1..).unwrap_or_default())?));
        }
        Ok(Parameters(out))
    }

    /// The first value under `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Decodes one percent-encoded text in which `+` is a blank.
pub(crate) fn decode(text: &str) -> Result<String, String> {
    decode_bytes(text.as_bytes())
}

fn decode_bytes(text: &[u8]) -> Result<String, String> {
    // Exactly as long as the text will be: a document of megabytes is kept in this very buffer.
    let escapes = text.iter().filter(|byte| **byte == b'%').count();
    let mut out = Vec::with_capacity(text.len().saturating_sub(2 * escapes));
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else {
                    return Err("Incomplete trailing escape % sequence".to_owned());
                };
                let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
                    let shown = [*high, *low].map(|byte| if byte.is_ascii_graphic() { char::from(byte) } else { '?' });
                    return Err(format!("Illegal hex character in escape % pattern: %{}{}", shown[0], shown[1]));
                };
                out.push(high << 4 | low);
            }
            other => out.push(*other),
        }
    }
    String::from_utf8(out).map_err(|_| "Parameters must be UTF-8".to_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pairs_decode() {
        let parameters = Parameters::parse(b"a=1+2&b=%C3%A9&&c", b"a=3&d=x%3Dy").unwrap();
        let all: Vec<_> = parameters.iter().collect();
        assert_eq!(all, [("a", "1 2"), ("b", "\u{e9}"), ("c", ""), ("a", "3"), ("d", "x=y")]);
        assert_eq!(parameters.get("a"), Some("1 2"));
    }

    #[test]
    fn bad_escapes_are_refused() {
        for (text, sentence) in [
            ("a=%4", "Incomplete trailing escape % sequence"),
            ("a=%", "Incomplete trailing escape % sequence"),
            ("a=%zz", "Illegal hex character in escape % pattern: %zz"),
            ("a=%FF", "Parameters must be UTF-8"),
        ] {
            assert_eq!(Parameters::parse(text.as_bytes(), b"").unwrap_err(), sentence);
        }
    }

    #[test]
    fn too_many_pairs_are_refused() {
        assert!(Parameters::parse("a=1&".repeat(MAX_PAIRS + 1).as_bytes(), b"").is_err());
    }
}
