//! The checksums that a request promises of its body: which there are, and computing them as the bytes pass.

use super::chunks::{TRAILER_CHECKSUM, TRAILER_LACKS_CHECKSUM};
use crate::{BodyFault, S3Fault};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use md5::{Digest as _, Md5};

/// A checksum that S3 knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// `Content-MD5`.
    Md5,
    /// CRC-32 as in zip.
    Crc32,
    /// CRC-32 of Castagnoli.
    Crc32c,
    /// CRC-64 of NVMe.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// Those of `x-amz-checksum-…`.
    pub(crate) const OF_AMAZON: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// The header, or trailer, that holds the value in Base64.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Md5 => "content-md5",
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The algorithm of a trailer.
    pub(crate) fn of_trailer(name: &str) -> Option<Self> {
        Self::OF_AMAZON.into_iter().find(|algorithm| name.trim().eq_ignore_ascii_case(algorithm.header()))
    }

    fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The bytes of a value, if it is one.
    pub(crate) fn decode(self, value: &[u8]) -> Option<Vec<u8>> {
        STANDARD.decode(value.trim_ascii()).ok().filter(|bytes| bytes.len() == self.length())
    }
}

/// The checksum headers of a request. `of_body`: whether `x-amz-checksum-…` is about this very body (a
/// `CompleteMultipartUpload` names that of the whole object).
///
/// # Errors
/// One is not a checksum, or there are several.
pub(crate) fn promised(headers: &HeaderMap, of_body: bool) -> Result<Vec<Digest>, S3Fault> {
    let mut found = Vec::new();
    if let Some(value) = headers.get("content-md5") {
        let expected = Algorithm::Md5.decode(value.as_bytes()).ok_or_else(|| {
            S3Fault::new("InvalidDigest", http::StatusCode::BAD_REQUEST, "The Content-MD5 you specified was invalid.")
        })?;
        found.push(Digest::new(Algorithm::Md5, Some(expected)));
    }
    if !of_body {
        return Ok(found);
    }
    for algorithm in Algorithm::OF_AMAZON {
        let mut values = headers.get_all(algorithm.header()).iter();
        let Some(value) = values.next() else { continue };
        if values.next().is_some() || found.iter().any(|digest| digest.algorithm != Algorithm::Md5) {
            return Err(S3Fault::invalid_request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
        let expected = algorithm
            .decode(value.as_bytes())
            .ok_or_else(|| S3Fault::invalid_request(format!("Value for {} header is invalid.", algorithm.header())))?;
        found.push(Digest::new(algorithm, Some(expected)));
    }
    Ok(found)
}

/// One checksum in the making, and what it should be.
pub(crate) struct Digest {
    algorithm: Algorithm,
    hasher: Hasher,
    /// `None`: it comes in the trailer.
    expected: Option<Vec<u8>>,
}

enum Hasher {
    Md5(Md5),
    Crc(Box<crc_fast::Digest>),
    Sha(digest::Context),
}

impl Digest {
    /// A checksum that should be `expected`, or what the trailer will say.
    pub(crate) fn new(algorithm: Algorithm, expected: Option<Vec<u8>>) -> Self {
        let hasher = match algorithm {
            Algorithm::Md5 => Hasher::Md5(Md5::new()),
            Algorithm::Crc32 => Hasher::crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => Hasher::crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64Nvme => Hasher::crc(CrcAlgorithm::Crc64Nvme),
            Algorithm::Sha1 => Hasher::Sha(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Algorithm::Sha256 => Hasher::Sha(digest::Context::new(&digest::SHA256)),
        };
        Self { algorithm, hasher, expected }
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.hasher {
            Hasher::Md5(hasher) => hasher.update(bytes),
            Hasher::Crc(hasher) => hasher.update(bytes),
            Hasher::Sha(hasher) => hasher.update(bytes),
        }
    }

    /// The value, in bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.hasher.finish(self.algorithm.length())
    }

    /// Compares. The trailer holds the values that did not come in headers.
    pub(crate) fn verify(self, trailer: &[(String, String)]) -> Result<(), BodyFault> {
        let header = self.algorithm.header();
        let expected = match self.expected {
            Some(expected) => expected,
            None => {
                let value = trailer.iter().find(|(name, _)| name == header).map(|(_, value)| value);
                let value = value.ok_or(BodyFault::Malformed(TRAILER_LACKS_CHECKSUM))?;
                let malformed = BodyFault::Malformed(TRAILER_CHECKSUM);
                self.algorithm.decode(value.as_bytes()).ok_or(malformed)?
            }
        };
        let computed = self.hasher.finish(self.algorithm.length());
        if computed == expected { Ok(()) } else { Err(BodyFault::Digest(header.to_owned())) }
    }
}

impl Hasher {
    fn crc(algorithm: CrcAlgorithm) -> Self {
        Self::Crc(Box::new(crc_fast::Digest::new(algorithm)))
    }

    /// `length`: a CRC's, which is computed in 64 bits whatever its width.
    fn finish(self, length: usize) -> Vec<u8> {
        match self {
            Self::Md5(hasher) => hasher.finalize().to_vec(),
            Self::Crc(hasher) => {
                let bytes = hasher.finalize().to_be_bytes();
                bytes.get(bytes.len().saturating_sub(length)..).unwrap_or_default().to_vec()
            }
            Self::Sha(hasher) => hasher.finish().as_ref().to_vec(),
        }
    }
}
