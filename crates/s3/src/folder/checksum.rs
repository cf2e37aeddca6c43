//! Checksums as objects keep them, and those of objects made of parts.

pub(super) use crate::body::{Algorithm, Digest};

use crate::S3Fault;
use crate::fault::element;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use http::{HeaderMap, HeaderValue};

/// Of what a checksum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of all bytes.
    FullObject,
    /// Of the parts' checksums.
    Composite,
}

/// A checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) kind: Kind,
    /// As S3 writes it: Base64, and the number of parts when it is composite.
    pub(super) value: String,
}

impl Checksum {
    /// The checksum of all bytes.
    pub(super) fn full(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self { algorithm, kind: Kind::FullObject, value: STANDARD.encode(bytes) }
    }

    /// What the store keeps.
    pub(super) fn text(&self) -> String {
        format!("{} {} {}", name(self.algorithm), self.kind.name(), self.value)
    }

    /// What the store kept.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (algorithm, kind, value) = (words.next()?, words.next()?, words.next()?);
        Some(Self { algorithm: named(algorithm)?, kind: Kind::parse(kind)?, value: value.to_owned() })
    }

    /// The bytes of a checksum of all bytes.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        self.algorithm.decode(self.value.as_bytes())
    }

    /// The headers that tell it.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.value) {
            headers.insert(self.algorithm.header(), value);
            headers.insert("x-amz-checksum-type", HeaderValue::from_static(self.kind.name()));
        }
    }

    /// The element that tells the value.
    pub(super) fn write_element(&self, document: &mut String) {
        element(document, &format!("Checksum{}", name(self.algorithm)), &self.value);
    }
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::FullObject, Self::Composite].into_iter().find(|kind| kind.name() == text)
    }
}

/// S3's name of an algorithm.
pub(super) fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Md5 => "MD5",
        Algorithm::Crc32 => "CRC32",
        Algorithm::Crc32c => "CRC32C",
        Algorithm::Crc64Nvme => "CRC64NVME",
        Algorithm::Sha1 => "SHA1",
        Algorithm::Sha256 => "SHA256",
    }
}

/// The algorithm of this name.
pub(super) fn named(text: &str) -> Option<Algorithm> {
    Algorithm::OF_AMAZON.into_iter().find(|algorithm| name(*algorithm).eq_ignore_ascii_case(text))
}

/// The checksum of an object by those of its parts, each with its size in bytes. `None`: they are not all by this algorithm,
/// or the algorithm cannot be put together so.
pub(super) fn of_parts(algorithm: Algorithm, kind: Kind, parts: &[(Option<Checksum>, u64)]) -> Option<Checksum> {
    let mut values = Vec::with_capacity(parts.len());
    for (checksum, size) in parts {
        let checksum = checksum.as_ref().filter(|checksum| checksum.algorithm == algorithm)?;
        values.push((checksum.bytes()?, *size));
    }
    match kind {
        Kind::Composite => {
            let mut digest = Digest::new(algorithm, None);
            for (value, _) in &values {
                digest.update(value);
            }
            let value = format!("{}-{}", STANDARD.encode(digest.finish()), values.len());
            Some(Checksum { algorithm, kind, value })
        }
        Kind::FullObject => {
            let (crc, length) = match algorithm {
                Algorithm::Crc32 => (CrcAlgorithm::Crc32IsoHdlc, 4),
                Algorithm::Crc32c => (CrcAlgorithm::Crc32Iscsi, 4),
                Algorithm::Crc64Nvme => (CrcAlgorithm::Crc64Nvme, 8),
                Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha256 => return None,
            };
            let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            let mut values = values.iter();
            let mut whole = number(&values.next()?.0);
            for (value, size) in values {
                whole = checksum_combine(crc, whole, number(value), *size);
            }
            Some(Checksum::full(algorithm, whole.to_be_bytes().get(8 - length..)?))
        }
    }
}

/// What an upload in parts says of its checksum: `x-amz-checksum-algorithm` and `x-amz-checksum-type`. `None`: nothing.
///
/// # Errors
/// `InvalidRequest`: no such algorithm or type, or the two do not go together.
pub(super) fn of_upload(algorithm: Option<&str>, kind: Option<&str>) -> Result<Option<(Algorithm, Kind)>, S3Fault> {
    let Some(algorithm) = algorithm else {
        return match kind {
            None => Ok(None),
            Some(_) => Err(S3Fault::invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let algorithm = algorithm_of(algorithm)?;
    let usual = if algorithm == Algorithm::Crc64Nvme { Kind::FullObject } else { Kind::Composite };
    let kind = match kind {
        None => usual,
        Some(text) => Kind::parse(text)
            .ok_or_else(|| S3Fault::invalid_request("Value for x-amz-checksum-type header is invalid."))?,
    };
    let possible = match algorithm {
        Algorithm::Crc32 | Algorithm::Crc32c => true,
        _ => kind == usual,
    };
    if possible {
        return Ok(Some((algorithm, kind)));
    }
    let (kind, algorithm) = (kind.name(), name(algorithm).to_ascii_lowercase());
    let message = format!("The {kind} checksum type cannot be used with the {algorithm} checksum algorithm.");
    Err(S3Fault::invalid_request(message))
}

/// The algorithm that a header names.
///
/// # Errors
/// `InvalidRequest`.
pub(super) fn algorithm_of(text: &str) -> Result<Algorithm, S3Fault> {
    named(text).ok_or_else(|| {
        S3Fault::invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, \
             CRC64NVME, SHA1, SHA256]",
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn of(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
        let mut digest = Digest::new(algorithm, None);
        digest.update(bytes);
        Checksum::full(algorithm, &digest.finish())
    }

    #[test]
    fn known_values() {
        // The check values of the algorithms: the nine digits.
        assert_eq!(of(Algorithm::Crc32, b"123456789").value, STANDARD.encode(0xcbf4_3926_u32.to_be_bytes()));
        assert_eq!(of(Algorithm::Crc32c, b"123456789").value, STANDARD.encode(0xe306_9283_u32.to_be_bytes()));
        let nvme = 0xae8b_1486_0a79_9888_u64;
        assert_eq!(of(Algorithm::Crc64Nvme, b"123456789").value, STANDARD.encode(nvme.to_be_bytes()));
        assert_eq!(of(Algorithm::Sha1, b"").value, "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
    }

    #[test]
    fn kept_and_read_again() {
        let checksum = Checksum { kind: Kind::Composite, value: "AAAA-3".into(), ..of(Algorithm::Sha256, b"") };
        assert_eq!(Checksum::parse(&checksum.text()), Some(checksum));
        assert_eq!(Checksum::parse("CRC32 FULL_OBJECT"), None);
        assert_eq!(Checksum::parse("MD5 FULL_OBJECT x"), None);
    }

    #[test]
    fn what_goes_together() {
        let of = |algorithm, kind| of_upload(algorithm, kind).map_err(|fault| fault.message);
        assert_eq!(of(None, None), Ok(None));
        assert_eq!(of(Some("CRC32"), None), Ok(Some((Algorithm::Crc32, Kind::Composite))));
        assert_eq!(of(Some("crc32"), Some("FULL_OBJECT")), Ok(Some((Algorithm::Crc32, Kind::FullObject))));
        assert_eq!(of(Some("CRC64NVME"), None), Ok(Some((Algorithm::Crc64Nvme, Kind::FullObject))));
        assert_eq!(
            of(Some("SHA256"), Some("FULL_OBJECT")),
            Err("The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.".to_owned())
        );
        for (algorithm, kind) in
            [(Some("CRC64NVME"), Some("COMPOSITE")), (None, Some("COMPOSITE")), (Some("MD5"), None)]
        {
            assert!(of(algorithm, kind).is_err(), "{algorithm:?} {kind:?}");
        }
    }

    proptest! {
        /// The checksum of the whole, from those of its parts, is the checksum of the whole.
        #[test]
        fn parts_make_the_whole(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..6)) {
            for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
                let each: Vec<_> =
                    parts.iter().map(|part| (Some(of(algorithm, part)), part.len() as u64)).collect();
                prop_assert_eq!(of_parts(algorithm, Kind::FullObject, &each), Some(of(algorithm, &parts.concat())));
            }
        }
    }
}
