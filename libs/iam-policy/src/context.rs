//! The evaluation context: condition keys, compared without regard to case, and their values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

/// What a condition key holds. Whether a key is a list is decided by its declared type, not by how many values came:
/// a `TagKeys` of one is still a list (spec/policy.md 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One value.
    Single(String),
    /// Any number of values. An empty list counts as an absent key.
    List(Vec<String>),
}

impl Value {
    /// The values, one or many.
    pub fn texts(&self) -> &[String] {
        match self {
            Value::Single(text) => std::slice::from_ref(text),
            Value::List(texts) => texts,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Single(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Single(text)
    }
}

/// Condition keys of one request. Setting a key again replaces its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    // INVARIANT: sorted by `order`, no two keys equal under it.
    entries: Vec<(Cow<'static, str>, Value)>,
}

impl Context {
    /// An empty context.
    pub fn new() -> Context {
        Context::default()
    }

    /// An empty context with room for this many keys.
    pub fn with_capacity(keys: usize) -> Context {
        Context { entries: Vec::with_capacity(keys) }
    }

    /// Sets any value.
    pub fn insert(&mut self, key: impl Into<Cow<'static, str>>, value: Value) {
        let key = key.into();
        match self.find(&key) {
            Ok(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    *entry = (key, value);
                }
            }
            Err(at) => self.entries.insert(at, (key, value)),
        }
    }

    /// Sets a single-valued string key.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.insert(key, Value::Single(value.into()));
    }

    /// Sets a multi-valued key.
    pub fn set_list<T: Into<String>>(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = T>,
    ) {
        self.insert(key, Value::List(values.into_iter().map(Into::into).collect()));
    }

    /// Sets a boolean key.
    pub fn set_bool(&mut self, key: impl Into<Cow<'static, str>>, value: bool) {
        self.set(key, if value { "true" } else { "false" });
    }

    /// Sets a numeric key.
    pub fn set_number(&mut self, key: impl Into<Cow<'static, str>>, value: i64) {
        self.set(key, value.to_string());
    }

    /// Sets a date key, as ISO 8601 in UTC.
    pub fn set_date(&mut self, key: impl Into<Cow<'static, str>>, value: jiff::Timestamp) {
        self.set(key, value.to_string());
    }

    /// Sets an address key. An IPv4 address that arrived in IPv6 clothes (`::ffff:192.0.2.1`, on a listener for both) is the IPv4
    /// address that policies name.
    pub fn set_ip(&mut self, key: impl Into<Cow<'static, str>>, value: IpAddr) {
        self.set(key, value.to_canonical().to_string());
    }

    /// Sets one key per tag: `prefix` is `aws:PrincipalTag`, `aws:RequestTag`, `aws:ResourceTag` and the like.
    pub fn set_tags<'t>(&mut self, prefix: &str, tags: impl IntoIterator<Item = (&'t str, &'t str)>) {
        for (key, value) in tags {
            self.set(format!("{prefix}/{key}"), value);
        }
    }

    /// Takes a key out, as if it had never been set.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.find(key).ok().map(|at| self.entries.remove(at).1)
    }

    /// A key's value.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(key).ok().and_then(|at| self.entries.get(at)).map(|(_, value)| value)
    }

    /// The value of a single-valued key.
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Value::Single(text)) => Some(text),
            _ => None,
        }
    }

    /// All keys as spelt when set, with their values, in no promised order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (key.as_ref(), value))
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(entry, _)| order(entry, key))
    }
}

/// By length first: most comparisons end there.
fn order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| {
        let a = a.bytes().map(|byte| byte.to_ascii_lowercase());
        a.cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        let mut context = Context::new();
        for (given, wanted) in
            [("::ffff:192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1")]
        {
            let address: Result<IpAddr, _> = given.parse();
            assert!(address.map(|address| context.set_ip("aws:SourceIp", address)).is_ok());
            assert_eq!(context.single("aws:SourceIp"), Some(wanted));
        }
    }

    #[test]
    fn keys_ignore_case_and_the_last_value_wins() {
        let mut context = Context::new();
        context.set("aws:RequestTag/Team", "a");
        context.set("aws:requesttag/team", "b");
        context.set_bool("aws:SecureTransport", true);
        assert_eq!(context.single("AWS:REQUESTTAG/TEAM"), Some("b"));
        assert_eq!(context.iter().count(), 2);
        assert_eq!(context.get("aws:SourceIp"), None);
        assert!(context.remove("aws:securetransport").is_some());
        assert_eq!(context.iter().count(), 1);
    }
}
