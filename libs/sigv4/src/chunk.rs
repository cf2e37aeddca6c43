//! Signed chunks: the signatures inside an `aws-chunked` body, each of which seals the one before.
//!
//! Pure steps for whoever reads the stream: the request's own signature is the seed, every chunk's signature covers
//! the previous one and the chunk's SHA-256, the last chunk is empty, and a trailer is signed like one more chunk
//! (spec/sts-and-iam.md E1 "Streaming").

use crate::key::{SigningKey, hex, sha256, text};
use crate::presented::Presented;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::verify::check_signature;

/// The chain of chunk signatures of one request. One that refused stays where it was: stop reading then.
#[derive(Clone)]
pub struct ChunkChain {
    key: SigningKey,
    requested: Timestamp,
    scope: String,
    previous: String,
}

impl ChunkChain {
    /// Starts at a **verified** request, whose signature is the seed.
    pub fn new(key: &SigningKey, presented: &Presented<'_>) -> Self {
        ChunkChain::start(key, presented.requested(), presented.scope(), presented.signature())
    }

    /// Starts at a seed signature: for signers, who have no [`Presented`]. `scope` is `date/region/service/aws4_request`.
    pub fn start(key: &SigningKey, requested: Timestamp, scope: &str, seed: &str) -> Self {
        ChunkChain { key: key.clone(), requested, scope: scope.to_owned(), previous: seed.to_owned() }
    }

    /// Checks the next chunk by the SHA-256 of its bytes, in constant time, and moves on.
    pub fn verify_chunk(&mut self, chunk_sha256: &[u8; 32], signature: &str) -> Result<(), Refusal> {
        let string_to_sign = chunk_string_to_sign(self.requested, &self.scope, &self.previous, chunk_sha256);
        self.verify_next(&string_to_sign, signature)
    }

    /// Checks the trailer by the SHA-256 of its canonical form ([`canonical_trailer`]).
    pub fn verify_trailer(&mut self, trailer_sha256: &[u8; 32], signature: &str) -> Result<(), Refusal> {
        let string_to_sign = trailer_string_to_sign(self.requested, &self.scope, &self.previous, trailer_sha256);
        self.verify_next(&string_to_sign, signature)
    }

    /// Signs the next chunk and moves on.
    pub fn sign_chunk(&mut self, chunk: &[u8]) -> String {
        let string_to_sign = chunk_string_to_sign(self.requested, &self.scope, &self.previous, &sha256(chunk));
        self.sign_next(&string_to_sign)
    }

    /// Signs the trailer, given in canonical form.
    pub fn sign_trailer(&mut self, canonical_trailer: &[u8]) -> String {
        let digest = sha256(canonical_trailer);
        let string_to_sign = trailer_string_to_sign(self.requested, &self.scope, &self.previous, &digest);
        self.sign_next(&string_to_sign)
    }

    fn verify_next(&mut self, string_to_sign: &str, signature: &str) -> Result<(), Refusal> {
        check_signature(&self.key, string_to_sign.as_bytes(), signature)?;
        signature.clone_into(&mut self.previous);
        Ok(())
    }

    fn sign_next(&mut self, string_to_sign: &str) -> String {
        self.previous = self.key.sign(string_to_sign.as_bytes());
        self.previous.clone()
    }
}

/// Without the signature in progress.
impl std::fmt::Debug for ChunkChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChunkChain").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// What the signature of a chunk covers.
pub fn chunk_string_to_sign(requested: Timestamp, scope: &str, previous: &str, chunk_sha256: &[u8; 32]) -> String {
    // The fifth line is the hash of nothing: chunks have no headers of their own.
    const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let digest = text(&hex(chunk_sha256));
    format!("AWS4-HMAC-SHA256-PAYLOAD\n{requested}\n{scope}\n{previous}\n{NOTHING}\n{digest}")
}

/// What the signature of a trailer covers. `previous` is the signature of the empty last chunk.
pub fn trailer_string_to_sign(requested: Timestamp, scope: &str, previous: &str, trailer_sha256: &[u8; 32]) -> String {
    let digest = text(&hex(trailer_sha256));
    format!("AWS4-HMAC-SHA256-TRAILER\n{requested}\n{scope}\n{previous}\n{digest}")
}

/// The trailer as it is hashed: `name:value\n` for each header but `x-amz-trailer-signature`, names in lower case and
/// sorted, values trimmed.
pub fn canonical_trailer(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut lines: Vec<(String, &str)> = headers
        .iter()
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .filter(|(name, _)| name != "x-amz-trailer-signature")
        .collect();
    lines.sort_by(|(one, _), (other, _)| one.cmp(other));
    lines.iter().flat_map(|(name, value)| [name.as_str(), ":", value, "\n"]).flat_map(str::bytes).collect()
}

/// The first line of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkHeader<'a> {
    /// The chunk's size in bytes; zero ends the body.
    pub size: u64,
    /// The signature, absent in unsigned streams.
    pub signature: Option<&'a str>,
}

impl<'a> ChunkHeader<'a> {
    /// Reads `10000;chunk-signature=SIG` (without CRLF). `None` if it is anything else. The size is at most 16 hex
    /// digits: bound it before allocating.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (size, extension) = line.split_once(';').map_or((line, None), |(size, rest)| (size, Some(rest)));
        if size.is_empty() || size.len() > 16 || !size.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let signature = match extension {
            None => None,
            Some(extension) => Some(extension.strip_prefix("chunk-signature=").filter(|hex| hex.len() == 64)?),
        };
        Some(ChunkHeader { size: u64::from_str_radix(size, 16).ok()?, signature })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECRET: &[u8] = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";

    fn chain(seed: &str) -> ChunkChain {
        let key = SigningKey::derive(SECRET, "20130524", "us-east-1", "s3");
        ChunkChain::start(&key, Timestamp::parse_basic("20130524T000000Z").unwrap(), SCOPE, seed)
    }

    // The worked examples of the S3 API reference, "Signature Calculations … Transferring Payload in Multiple Chunks"
    // and "… Including Trailing Headers": 65 KiB of the letter a, in a chunk of 64 KiB and one of 1 KiB.

    #[test]
    fn the_documented_chunks_verify() {
        let mut chain = chain("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        for (size, signature) in [
            (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
            (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
            (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        ] {
            chain.verify_chunk(&sha256(&vec![b'a'; size]), signature).unwrap();
        }
    }

    #[test]
    fn the_documented_trailer_verifies() {
        let mut chain = chain("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        for (size, signature) in [
            (65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
            (1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
            (0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
        ] {
            chain.verify_chunk(&sha256(&vec![b'a'; size]), signature).unwrap();
        }
        let trailer = canonical_trailer(&[("X-Amz-Checksum-Crc32c", " sOO8/Q== "), ("x-amz-trailer-signature", "…")]);
        assert_eq!(trailer, b"x-amz-checksum-crc32c:sOO8/Q==\n");
        let signature = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
        chain.verify_trailer(&sha256(&trailer), signature).unwrap();
    }

    #[test]
    fn chunks_can_be_neither_changed_nor_swapped_nor_left_out() {
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        let mut signer = chain(seed);
        let [first, second] = [signer.sign_chunk(b"one"), signer.sign_chunk(b"two")];
        assert_eq!(chain(seed).verify_chunk(&sha256(b"0ne"), &first), Err(Refusal::SignatureMismatch));
        assert_eq!(chain(seed).verify_chunk(&sha256(b"two"), &second), Err(Refusal::SignatureMismatch));
        let mut reader = chain(seed);
        reader.verify_chunk(&sha256(b"one"), &first).unwrap();
        assert_eq!(reader.verify_chunk(&sha256(b"one"), &first), Err(Refusal::SignatureMismatch));
        reader.verify_chunk(&sha256(b"two"), &second).unwrap();
    }

    #[test]
    fn chunk_headers_are_read_strictly() {
        let signature = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
        let line = format!("1fA;chunk-signature={signature}");
        assert_eq!(ChunkHeader::parse(&line), Some(ChunkHeader { size: 506, signature: Some(signature) }));
        assert_eq!(ChunkHeader::parse("0"), Some(ChunkHeader { size: 0, signature: None }));
        assert_eq!(ChunkHeader::parse("ffffffffffffffff").map(|header| header.size), Some(u64::MAX));
        for line in ["", ";", "+1", "-1", "1 ", "x", "10000000000000000", "1;chunk-signature=", "1;other=1"] {
            assert_eq!(ChunkHeader::parse(line), None, "{line}");
        }
    }
}
