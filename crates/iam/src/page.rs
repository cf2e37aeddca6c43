//! Paging by Marker and MaxItems (spec/sts-and-iam.md part C, common parameters).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Fault;
use model::iam::error;

/// Rows of a page when MaxItems is absent.
const MOST: i64 = 100;

/// Which part of a list is asked for. The list is ordered by a key; a marker holds the key of the last row shown.
#[derive(Debug)]
pub struct Page {
    after: String,
    most: usize,
}

/// A part of a list, as the answers carry it.
#[derive(Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether more follow.
    pub is_truncated: Option<bool>,
    /// How to ask for them.
    pub marker: Option<String>,
}

impl Page {
    /// Reads what the caller sent.
    ///
    /// # Errors
    /// `ValidationError`: a marker that no list gave out.
    pub fn of(marker: Option<&str>, max_items: Option<i64>) -> Result<Self, Fault> {
        let after = match marker {
            None => String::new(),
            Some(marker) => URL_SAFE_NO_PAD
                .decode(marker)
                .ok()
                .and_then(|key| String::from_utf8(key).ok())
                .filter(|key| !key.is_empty() && !key.contains('\0'))
                .ok_or_else(|| error::validation_error("Invalid Marker."))?,
        };
        Ok(Self { after, most: usize::try_from(max_items.unwrap_or(MOST)).unwrap_or(1).clamp(1, 1000) })
    }

    /// Rows enough for [`Page::cut`]: those that `load(after, limit)` reads, in the order of their key, and `wanted` lets
    /// through.
    ///
    /// # Errors
    /// Whatever `load` answers.
    pub async fn fill<T>(
        &self,
        mut load: impl AsyncFnMut(&str, i64) -> Result<Vec<T>, Fault>,
        key: impl Fn(&T) -> String,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, Fault> {
        // One row more than the page holds: whether it is there says whether the list goes on.
        let probe = self.most + 1;
        let limit = i64::try_from(probe).unwrap_or(i64::MAX);
        let mut after = self.after.clone();
        let mut rows = Vec::new();
        loop {
            let batch = load(&after, limit).await?;
            let is_last = batch.len() < probe;
            after = batch.last().map(&key).unwrap_or_default();
            rows.extend(batch.into_iter().filter(&wanted));
            if is_last || rows.len() >= probe {
                return Ok(rows);
            }
        }
    }

    /// The page, from rows that begin after its marker: more than it holds, unless the list ends before.
    pub fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Paged<T> {
        let is_truncated = rows.len() > self.most;
        rows.truncate(self.most);
        let marker = rows.last().filter(|_| is_truncated).map(|row| URL_SAFE_NO_PAD.encode(key(row)));
        Paged { items: rows, is_truncated: Some(is_truncated), marker }
    }

    /// The page of a list that is small enough to be at hand whole, in any order.
    pub fn slice<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Paged<T> {
        rows.retain(|row| key(row) > self.after);
        rows.sort_by_cached_key(&key);
        self.cut(rows, key)
    }
}

impl<T> Paged<T> {
    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Paged<U> {
        let Self { items, is_truncated, marker } = self;
        Paged { items: items.into_iter().map(f).collect(), is_truncated, marker }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pages_join_into_the_whole_list() {
        let all = || vec!["c".to_owned(), "a".to_owned(), "b".to_owned()];
        let first = Page::of(None, Some(2)).unwrap().slice(all(), String::clone);
        assert_eq!((first.items, first.is_truncated), (vec!["a".to_owned(), "b".to_owned()], Some(true)));
        let second = Page::of(first.marker.as_deref(), Some(2)).unwrap().slice(all(), String::clone);
        assert_eq!(second, Paged { items: vec!["c".to_owned()], is_truncated: Some(false), marker: None });
    }

    #[test]
    fn a_marker_that_no_list_gave_out_is_refused() {
        for marker in ["%", "not a marker", "AA", "_w"] {
            assert_eq!(
                Page::of(Some(marker), None).unwrap_err().message.as_deref(),
                Some("Invalid Marker."),
                "{marker}"
            );
        }
    }
}
