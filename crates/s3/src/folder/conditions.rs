//! Conditions: what must hold of an object before it is read, copied, replaced or removed.

use super::refusals;
use super::times::parse_http_date;
use super::visit::Visit;
use crate::S3Fault;
use store::table::s3_objects::S3Object;

/// What a read's conditions come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Go ahead.
    Holds,
    /// The client has it already.
    NotModified,
    /// This one does not hold.
    Fails(&'static str),
}

/// The four conditions of HTTP.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadConditions<'v> {
    if_match: Option<&'v str>,
    if_none_match: Option<&'v str>,
    if_modified_since: Option<i64>,
    if_unmodified_since: Option<i64>,
}

impl<'v> ReadConditions<'v> {
    /// Those of the request, or with `x-amz-copy-source-` as the prefix, those of what it copies.
    pub(super) fn of(v: &'v Visit, prefix: &str) -> Self {
        let header = |name: &str| v.header(&format!("{prefix}{name}"));
        Self {
            if_match: header("if-match"),
            if_none_match: header("if-none-match"),
            if_modified_since: header("if-modified-since").and_then(parse_http_date),
            if_unmodified_since: header("if-unmodified-since").and_then(parse_http_date),
        }
    }

    /// Whether they hold, in the order of RFC 9110 13.2.2: an ETag outweighs a date.
    pub(super) fn check(&self, object: &S3Object) -> Verdict {
        let modified = object.modified_ms.seconds();
        match (self.if_match, self.if_unmodified_since) {
            (Some(wanted), _) if !names(wanted, &object.etag) => return Verdict::Fails("If-Match"),
            (None, Some(since)) if modified > since => return Verdict::Fails("If-Unmodified-Since"),
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(known), _) if names(known, &object.etag) => Verdict::NotModified,
            (None, Some(since)) if modified <= since => Verdict::NotModified,
            _ => Verdict::Holds,
        }
    }
}

/// The conditions of a write: decided inside the transaction that writes.
#[derive(Clone, Debug, Default)]
pub(super) struct WriteConditions {
    if_match: Option<String>,
    if_absent: bool,
}

impl WriteConditions {
    /// Those of the request.
    ///
    /// # Errors
    /// `NotImplemented`: S3 knows `If-None-Match` of a write with `*` alone.
    pub(super) fn of(v: &Visit) -> Result<Self, S3Fault> {
        let if_absent = match v.header("if-none-match") {
            None => false,
            Some("*") => true,
            Some(_) => return Err(S3Fault::not_implemented("If-None-Match")),
        };
        for header in ["if-modified-since", "if-unmodified-since"] {
            if v.header(header).is_some() {
                return Err(S3Fault::not_implemented(header));
            }
        }
        Ok(Self { if_match: v.header("if-match").map(str::to_owned), if_absent })
    }

    /// That there is this ETag.
    pub(super) fn on_etag(etag: Option<&str>) -> Self {
        Self { if_match: etag.map(str::to_owned), if_absent: false }
    }

    /// Whether they hold of what is there.
    ///
    /// # Errors
    /// `PreconditionFailed`; `NoSuchKey` when there should be something.
    pub(super) fn check(&self, key: &str, before: Option<&S3Object>) -> Result<(), S3Fault> {
        if let Some(wanted) = &self.if_match {
            let before = before.ok_or_else(|| refusals::no_such_key(key))?;
            if !names(wanted, &before.etag) {
                return Err(refusals::precondition_failed("If-Match"));
            }
        }
        if self.if_absent && before.is_some() {
            return Err(refusals::precondition_failed("If-None-Match"));
        }
        Ok(())
    }

    /// Whether there is anything to check.
    pub(super) fn any(&self) -> bool {
        self.if_absent || self.if_match.is_some()
    }
}

/// Whether a list of ETags names this one, which is given without quotes. `*` names every one.
fn names(list: &str, etag: &str) -> bool {
    list.split(',').map(str::trim).any(|item| item == "*" || unquoted(item) == etag)
}

/// An ETag without quotes and without the mark of a weak one.
pub(super) fn unquoted(etag: &str) -> &str {
    let etag = etag.trim();
    let etag = etag.strip_prefix("W/").unwrap_or(etag);
    etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(etag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    fn object() -> S3Object {
        S3Object {
            bucket: "b".into(),
            key: b"k".to_vec(),
            content: String::new(),
            parts: 0,
            size: 0,
            etag: "e1".into(),
            modified_ms: Timestamp::from_millis(100_900),
            checksum: None,
            headers: String::new(),
            tags: None,
        }
    }

    #[test]
    fn an_etag_outweighs_a_date() {
        let (yes, no) = (Some("\"e0\", \"e1\""), Some("\"e2\""));
        for (if_match, if_unmodified_since, if_none_match, if_modified_since, wanted) in [
            (None, None, None, None, Verdict::Holds),
            (yes, Some(1), None, None, Verdict::Holds),
            (no, Some(999), None, None, Verdict::Fails("If-Match")),
            (Some("*"), None, None, None, Verdict::Holds),
            (None, Some(100), None, None, Verdict::Holds),
            (None, Some(99), None, None, Verdict::Fails("If-Unmodified-Since")),
            (None, None, yes, Some(1), Verdict::NotModified),
            (None, None, no, Some(999), Verdict::Holds),
            (None, None, Some("W/\"e1\""), None, Verdict::NotModified),
            (None, None, None, Some(100), Verdict::NotModified),
            (None, None, None, Some(99), Verdict::Holds),
            (no, None, yes, None, Verdict::Fails("If-Match")),
        ] {
            let conditions = ReadConditions { if_match, if_none_match, if_modified_since, if_unmodified_since };
            assert_eq!(conditions.check(&object()), wanted, "{conditions:?}");
        }
    }

    #[test]
    fn a_write_asks_for_presence_or_absence() {
        let check = |if_match: Option<&str>, if_absent, before: Option<&S3Object>| {
            let conditions = WriteConditions { if_match: if_match.map(str::to_owned), if_absent };
            conditions.check("k", before).map_err(|fault| fault.code)
        };
        let there = object();
        assert_eq!(check(None, true, None), Ok(()));
        assert_eq!(check(None, true, Some(&there)), Err("PreconditionFailed"));
        assert_eq!(check(Some("e1"), false, Some(&there)), Ok(()));
        assert_eq!(check(Some("e2"), false, Some(&there)), Err("PreconditionFailed"));
        assert_eq!(check(Some("e1"), false, None), Err("NoSuchKey"));
    }
}
