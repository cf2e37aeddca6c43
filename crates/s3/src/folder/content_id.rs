//! The names of content files and of uploads.

/// 32 lower-case hex digits of our own choosing: what a client sends never becomes part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContentId(String);

impl ContentId {
    /// From a request's random bytes.
    pub(super) fn of_seed(seed: &[u8; 32]) -> Self {
        let (half, _) = seed.split_at(16);
        Self(const_hex::encode(half))
    }

    /// The id, if the text is one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// As text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder within the bucket's: one of 256, so that none gets long.
    pub(super) fn shelf(&self) -> &str {
        self.0.get(..2).unwrap_or("00")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_names() {
        let id = ContentId::of_seed(&[0xab; 32]);
        assert_eq!(id.as_str(), "ab".repeat(16));
        assert_eq!(id.shelf(), "ab");
        assert_eq!(ContentId::parse(id.as_str()), Some(id));
        for text in ["", "../../../../../../etc/passwd/xxxxx", &"AB".repeat(16), &"a/".repeat(16), &"ab".repeat(17)] {
            assert_eq!(ContentId::parse(text), None, "{text}");
        }
    }
}
