//! Which bytes of an object are asked for.

use crate::S3Fault;
use http::StatusCode;

/// Some bytes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// The first, from 0.
    pub(super) start: u64,
    /// How many.
    pub(super) length: u64,
}

impl Slice {
    /// `bytes 0-9/100`.
    pub(super) fn content_range(&self, size: u64) -> String {
        // An object without a byte has no last one; S3 writes it so.
        let last = (self.start + self.length).saturating_sub(1);
        format!("bytes {}-{last}/{size}", self.start)
    }
}

/// The bytes that `Range` names. `None` for all: no range, several (S3 serves one), or one that cannot be read, which HTTP says
/// to ignore.
///
/// # Errors
/// `InvalidRange`: none of them is in the object.
pub(super) fn of_header(text: Option<&str>, size: u64) -> Result<Option<Slice>, S3Fault> {
    let Some((text, wanted)) = text.and_then(|text| Some((text, parse(text)?))) else { return Ok(None) };
    let slice = match wanted {
        Wanted::From(first, last) if first < size => {
            let last = last.unwrap_or(u64::MAX).min(size - 1);
            Some(Slice { start: first, length: last - first + 1 })
        }
        Wanted::Last(count) if count > 0 && size > 0 => {
            let length = count.min(size);
            Some(Slice { start: size - length, length })
        }
        Wanted::From(..) | Wanted::Last(_) => None,
    };
    slice.map(Some).ok_or_else(|| {
        S3Fault::new("InvalidRange", StatusCode::RANGE_NOT_SATISFIABLE, "The requested range is not satisfiable")
            .with("RangeRequested", text)
            .with("ActualObjectSize", size.to_string())
    })
}

/// The bytes that `x-amz-copy-source-range` names: it has one form only, and lies within the object.
///
/// # Errors
/// `InvalidArgument`.
pub(super) fn of_copy(text: &str, size: u64) -> Result<Slice, S3Fault> {
    let refuse = |message: String| S3Fault::invalid_argument(message, "x-amz-copy-source-range", text);
    let Some(Wanted::From(first, Some(last))) = parse(text) else {
        let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
                       zero-based offsets of the first and last bytes to copy";
        return Err(refuse(message.to_owned()));
    };
    if last >= size {
        return Err(refuse(format!("Range specified is not valid for source object of size: {size}")));
    }
    Ok(Slice { start: first, length: last - first + 1 })
}

enum Wanted {
    From(u64, Option<u64>),
    Last(u64),
}

fn parse(text: &str) -> Option<Wanted> {
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    // Digits alone: `parse` would take a sign too.
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    match (first, last) {
        ("", last) => number(last).map(Wanted::Last),
        (first, "") => number(first).map(|first| Wanted::From(first, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Wanted::From(first, Some(last)))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_range_in_three_forms() {
        let slice = |text: &str, size| of_header(Some(text), size).unwrap().map(|slice| (slice.start, slice.length));
        assert_eq!(slice("bytes=0-0", 10), Some((0, 1)));
        assert_eq!(slice("bytes=2-4", 10), Some((2, 3)));
        assert_eq!(slice("bytes=2-", 10), Some((2, 8)));
        assert_eq!(slice("bytes=2-999", 10), Some((2, 8)));
        assert_eq!(slice("bytes=-3", 10), Some((7, 3)));
        assert_eq!(slice("bytes=-99", 10), Some((0, 10)));
        for text in ["bytes=0-1,3-4", "bytes=4-2", "bytes=", "bytes=-", "bytes=+1-2", "lines=1-2", "1-2", "bytes=a-b"] {
            assert_eq!(slice(text, 10), None, "{text}");
        }
        for (text, size) in [("bytes=10-", 10), ("bytes=10-11", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-1", 0)]
        {
            let fault = of_header(Some(text), size).unwrap_err();
            assert_eq!((fault.code, fault.status.as_u16()), ("InvalidRange", 416), "{text} of {size}");
        }
    }

    #[test]
    fn a_copy_names_first_and_last() {
        assert_eq!(of_copy("bytes=2-4", 5).unwrap(), Slice { start: 2, length: 3 });
        for text in ["bytes=2-", "bytes=-2", "bytes=2-5", "2-4", "bytes=0-1,2-3"] {
            assert_eq!(of_copy(text, 5).unwrap_err().code, "InvalidArgument", "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_slice_is_inside(text in "bytes=[0-9]{0,21}-[0-9]{0,21}", size: u64) {
            if let Ok(Some(slice)) = of_header(Some(&text), size) {
                prop_assert!(slice.length > 0 && slice.start + (slice.length - 1) < size);
            }
        }
    }
}
