//! A page of a list of keys: with a prefix, rolled up at a delimiter, at a cost that the page's size bounds.

use crate::S3Fault;

/// A row of a list.
pub(super) trait Listed {
    /// Its key.
    fn key(&self) -> &[u8];

    /// What comes after it.
    fn after(&self) -> Position;
}

/// Where a list goes on: at this key and after this id; an empty id is before every id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) key: Vec<u8>,
    pub(super) id: String,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Ask<'a> {
    pub(super) prefix: &'a [u8],
    /// Empty: keys are not rolled up.
    pub(super) delimiter: &'a [u8],
    /// How many entries.
    pub(super) most: usize,
}

/// An entry of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry<T> {
    /// A row.
    Row(T),
    /// What stands for all keys that begin so.
    Prefix(Vec<u8>),
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page<T> {
    pub(super) entries: Vec<Entry<T>>,
    /// Whether there is more.
    pub(super) truncated: bool,
}

impl Ask<'_> {
    /// Where the list goes on after an entry, or whatever else a client names as such. After something that lies within a
    /// rolled-up prefix, it goes on behind that prefix.
    pub(super) fn after(&self, marker: &[u8]) -> Option<Position> {
        match self.rolled_up(marker) {
            Some(prefix) => successor(&prefix).map(|key| Position { key, id: String::new() }),
            None => Some(Position { key: just_after(marker), id: String::new() }),
        }
    }

    /// The bound above every key with the prefix.
    pub(super) fn below(&self) -> Option<Vec<u8>> {
        successor(self.prefix)
    }

    /// What the key is rolled up into, if it is.
    fn rolled_up(&self, key: &[u8]) -> Option<Vec<u8>> {
        let rest = key.strip_prefix(self.prefix)?;
        if self.delimiter.is_empty() {
            return None;
        }
        let at = rest.windows(self.delimiter.len()).position(|window| window == self.delimiter)?;
        key.get(..self.prefix.len() + at + self.delimiter.len()).map(<[u8]>::to_vec)
    }
}

/// Reads a page. `fetch` answers at most `limit` rows from a position on, in order, none at or above [`Ask::below`].
///
/// Of keys that are rolled up one is read; the rest are skipped. So a page costs at most a few times its entries,
/// however many keys lie under them.
///
/// # Errors
/// Those of `fetch`.
pub(super) async fn page<T: Listed, E>(
    ask: &Ask<'_>,
    start: Option<Position>,
    mut fetch: impl AsyncFnMut(&Position, usize) -> Result<Vec<T>, E>,
) -> Result<Page<T>, E> {
    let mut entries = Vec::new();
    let done = |entries| Ok(Page { entries, truncated: false });
    // A client that names a place before the prefix means the prefix.
    let first = Position { key: ask.prefix.to_vec(), id: String::new() };
    let Some(mut position) = start.map(|start| if start.key < first.key { first.clone() } else { start }) else {
        return done(entries);
    };
    if ask.most == 0 {
        return done(entries);
    }
    let mut limit = if ask.delimiter.is_empty() { ask.most + 1 } else { ask.most.min(15) + 1 };
    loop {
        let rows = fetch(&position, limit).await?;
        let (fetched, found) = (rows.len(), entries.len());
        let mut skip: Option<Vec<u8>> = None;
        for row in rows {
            if skip.as_deref().is_some_and(|skip| row.key() < skip) {
                continue;
            }
            skip = None;
            if entries.len() == ask.most {
                return Ok(Page { entries, truncated: true });
            }
            match ask.rolled_up(row.key()) {
                None => {
                    position = row.after();
                    entries.push(Entry::Row(row));
                }
                Some(prefix) => {
                    let next = successor(&prefix);
                    entries.push(Entry::Prefix(prefix));
                    let Some(next) = next else { return done(entries) };
                    position = Position { key: next.clone(), id: String::new() };
                    skip = Some(next);
                }
            }
        }
        if fetched < limit {
            return done(entries);
        }
        // Where prefixes hide most of what is read, less is read at a time.
        let useful = (entries.len() - found) * 2 > fetched;
        limit = if useful { limit * 4 } else { (limit / 4).max(2) }.min(ask.most - entries.len() + 1);
    }
}

/// The least key above every key that begins so; `None`: there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = prefix.to_vec();
    while let Some(last) = bytes.last_mut() {
        if *last < u8::MAX {
            *last += 1;
            return Some(bytes);
        }
        bytes.pop();
    }
    None
}

/// The least key after this one.
pub(super) fn just_after(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}

/// How text is shown under `encoding-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is.
    Plain,
    /// Escaped as in a form.
    Url,
}

impl Encoding {
    /// The parameter's value.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, S3Fault> {
        match text {
            None | Some("") => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(other) => {
                let message = "Invalid Encoding Method specified in Request";
                Err(S3Fault::invalid_argument(message, "encoding-type", other))
            }
        }
    }

    /// As the answer shows it.
    pub(super) fn name(self) -> Option<&'static str> {
        (self == Self::Url).then_some("url")
    }

    /// Shows a key or a prefix.
    pub(super) fn show(self, key: &[u8]) -> String {
        if self == Self::Plain {
            return String::from_utf8_lossy(key).into_owned();
        }
        let mut text = String::with_capacity(key.len());
        for byte in key {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                    text.push(char::from(*byte));
                }
                b' ' => text.push('+'),
                byte => text.push_str(&format!("%{byte:02X}")),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::convert::Infallible;

    impl Listed for Vec<u8> {
        fn key(&self) -> &[u8] {
            self
        }

        fn after(&self) -> Position {
            Position { key: just_after(self), id: String::new() }
        }
    }

    /// All entries, as S3 describes them: no skipping, no pages.
    fn naive(keys: &BTreeSet<Vec<u8>>, ask: &Ask<'_>) -> Vec<Entry<Vec<u8>>> {
        let mut entries = Vec::new();
        for key in keys.iter().filter(|key| key.starts_with(ask.prefix)) {
            let rest = &key[ask.prefix.len()..];
            let at = (0..rest.len()).find(|at| !ask.delimiter.is_empty() && rest[*at..].starts_with(ask.delimiter));
            let entry = match at {
                None => Entry::Row(key.clone()),
                Some(at) => Entry::Prefix(key[..ask.prefix.len() + at + ask.delimiter.len()].to_vec()),
            };
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
        }
        entries
    }

    fn text(entry: &Entry<Vec<u8>>) -> &[u8] {
        match entry {
            Entry::Row(key) | Entry::Prefix(key) => key,
        }
    }

    /// Reads all pages, and checks each one's cost.
    async fn all(keys: &BTreeSet<Vec<u8>>, ask: &Ask<'_>) -> Vec<Entry<Vec<u8>>> {
        let mut entries: Vec<Entry<Vec<u8>>> = Vec::new();
        let mut start = Some(Position::default());
        loop {
            let (mut read, mut queries) = (0, 0);
            let fetch = async |position: &Position, limit: usize| {
                queries += 1;
                let below = ask.below();
                let rows: Vec<Vec<u8>> = keys
                    .range(position.key.clone()..)
                    .take_while(|key| below.as_ref().is_none_or(|below| *key < below))
                    .take(limit)
                    .cloned()
                    .collect();
                read += rows.len();
                Ok::<_, Infallible>(rows)
            };
            let page = page(ask, start, fetch).await.unwrap();
            assert!(page.entries.len() <= ask.most);
            assert!(read <= 20 + 8 * ask.most && queries <= 4 + 2 * ask.most, "{read} rows by {queries} queries");
            let last = page.entries.last().map(|entry| text(entry).to_vec());
            entries.extend(page.entries);
            if !page.truncated {
                return entries;
            }
            start = ask.after(&last.unwrap());
        }
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    proptest! {
        #[test]
        fn pages_are_what_a_naive_list_is(
            keys in prop::collection::btree_set(prop::collection::vec(prop::sample::select(vec![b'a', b'b', b'/', 0, 0xff]), 1..6), 0..60),
            prefix in prop::collection::vec(prop::sample::select(vec![b'a', b'/', 0xff]), 0..3),
            delimiter in prop::sample::select(vec![&b""[..], b"/", b"a", b"/a", b"\xff", b"//"]),
            most in 1_usize..12,
        ) {
            let ask = Ask { prefix: &prefix, delimiter, most };
            prop_assert_eq!(block_on(all(&keys, &ask)), naive(&keys, &ask));
        }

        /// Whatever a client names as the place to go on, what follows is what is greater.
        #[test]
        fn a_marker_is_a_bound(
            keys in prop::collection::btree_set(prop::collection::vec(prop::sample::select(b"ab/".to_vec()), 1..5), 0..40),
            marker in prop::collection::vec(prop::sample::select(b"ab/".to_vec()), 0..5),
            prefix in prop::collection::vec(prop::sample::select(b"ab/".to_vec()), 0..2),
            delimiter in prop::sample::select(vec![&b""[..], b"/"]),
        ) {
            let ask = Ask { prefix: &prefix, delimiter, most: 1000 };
            let fetch = async |position: &Position, limit: usize| {
                let below = ask.below();
                let inside = |key: &&Vec<u8>| below.as_ref().is_none_or(|below| *key < below);
                Ok::<_, Infallible>(keys.range(position.key.clone()..).take_while(inside).take(limit).cloned().collect())
            };
            let found = block_on(page(&ask, ask.after(&marker), fetch)).unwrap().entries;
            let expected: Vec<_> = naive(&keys, &ask).into_iter().filter(|entry| text(entry) > &marker[..]).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_million_keys_under_few_prefixes_cost_little() {
        let keys: BTreeSet<Vec<u8>> =
            (0..10_u8).flat_map(|a| (0..2000).map(move |b| format!("p{a}/{b:05}").into_bytes())).collect();
        let ask = Ask { prefix: b"", delimiter: b"/", most: 1000 };
        assert_eq!(block_on(all(&keys, &ask)).len(), 10);
    }

    #[test]
    fn text_as_in_a_form() {
        assert_eq!(Encoding::Url.show("a b+c/é\n*~".as_bytes()), "a+b%2Bc/%C3%A9%0A*%7E");
        assert_eq!(Encoding::Plain.show(b"a b"), "a b");
        assert!(Encoding::parse(Some("base64")).is_err());
    }
}
