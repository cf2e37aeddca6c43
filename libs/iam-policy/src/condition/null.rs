//! Null: whether a key is absent.

#[derive(Debug, Clone)]
pub(crate) struct NullTest {
    /// `None` for a value that is no boolean.
    values: Vec<Option<bool>>,
}

impl NullTest {
    pub fn new(wanted: &[String]) -> NullTest {
        NullTest { values: wanted.iter().map(|text| super::bool::parse(text)).collect() }
    }

    pub fn holds(&self, absent: bool) -> bool {
        self.values.contains(&Some(absent))
    }
}
