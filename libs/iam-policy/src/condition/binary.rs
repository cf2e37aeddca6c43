//! BinaryEquals: the bytes behind two base64 texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[derive(Debug, Clone)]
pub(crate) struct BinaryTest {
    /// `None` for a value that is no base64.
    values: Vec<Option<Vec<u8>>>,
}

impl BinaryTest {
    pub fn new(wanted: &[String]) -> BinaryTest {
        BinaryTest { values: wanted.iter().map(|text| STANDARD.decode(text).ok()).collect() }
    }

    pub fn any(&self, given: &str) -> bool {
        let Ok(given) = STANDARD.decode(given) else { return false };
        self.values.iter().any(|value| value.as_ref() == Some(&given))
    }
}
