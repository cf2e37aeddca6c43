//! The framing of an `aws-chunked` body, piece by piece as it arrives: whatever way the input is cut, the same comes out.

use crate::BodyFault;
use bytes::{Bytes, BytesMut};
use sigv4::chunk::{ChunkChain, ChunkHeader, canonical_trailer};
use std::collections::VecDeque;

/// Largest signed chunk, in bytes: it waits in memory until its signature is verified. SDKs send 64 KiB to 1 MiB.
pub(crate) const SIGNED_CHUNK_MOST: u64 = 16 * 1024 * 1024;
/// Smallest signed chunk but the last, in bytes (spec/sts-and-iam.md E1 "Streaming").
const SIGNED_CHUNK_LEAST: u64 = 8 * 1024;
/// Longest first line of a chunk, in bytes: 16 digits and a signature.
const LINE_MOST: usize = 128;
/// Longest trailer, in bytes: a checksum and a signature.
const TRAILER_MOST: usize = 4 * 1024;

/// What is said of a small chunk that is not the last.
pub(crate) const TOO_SMALL: &str = "only the last chunk may have less than 8192 bytes";
/// What is said of a trailer.
pub(crate) const TRAILER_FAULTS: [&str; 6] =
    [TRAILER_UNREADABLE, TRAILER_OVERFULL, TRAILER_SIGNED, TRAILER_UNNAMED, TRAILER_LACKS_CHECKSUM, TRAILER_CHECKSUM];
const TRAILER_UNREADABLE: &str = "the trailer cannot be read";
const TRAILER_OVERFULL: &str = "there is more in the trailer than there should be";
const TRAILER_SIGNED: &str = "a trailer is signed where none should be";
/// The trailer holds something else than it should.
pub(crate) const TRAILER_UNNAMED: &str = "the trailer holds what x-amz-trailer does not name";
/// The trailer does not hold what it should.
pub(crate) const TRAILER_LACKS_CHECKSUM: &str = "the checksum is not in the trailer";
/// The trailer's value is no checksum.
pub(crate) const TRAILER_CHECKSUM: &str = "the checksum in the trailer is none";

/// Reads the frames of one body.
pub(crate) struct Chunks {
    /// Verifies the signatures, where there are any.
    chain: Option<ChunkChain>,
    /// Whether a trailer follows the last chunk; a signed one, if the chunks are signed.
    trailing: bool,
    state: State,
    /// The line that is being read, without its end.
    line: Vec<u8>,
    /// The signed chunk that is being read.
    chunk: BytesMut,
    signature: String,
    /// Whether a chunk came that only the last one may be as small as.
    was_small: bool,
    trailer: Vec<(String, String)>,
    trailer_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the first line of a chunk.
    Header,
    /// In a chunk, with so many bytes to come.
    Data { left: u64 },
    /// In the line end after a chunk.
    DataEnd,
    /// In the lines after the last chunk.
    Trailer,
    /// At the end.
    Done,
}

impl Chunks {
    /// Chunks that are signed if there is a chain.
    pub(crate) fn new(chain: Option<ChunkChain>, trailing: bool) -> Self {
        Self {
            chain,
            trailing,
            state: State::Header,
            line: Vec::new(),
            chunk: BytesMut::new(),
            signature: String::new(),
            was_small: false,
            trailer: Vec::new(),
            trailer_bytes: 0,
        }
    }

    /// Takes input, and gives out what is in the chunks, once it is verified.
    pub(crate) fn push(&mut self, mut input: Bytes, out: &mut VecDeque<Bytes>) -> Result<(), BodyFault> {
        while !input.is_empty() {
            match self.state {
                State::Header => {
                    if self.read_line(&mut input, LINE_MOST)? {
                        self.begin_chunk()?;
                    }
                }
                State::Data { left } => self.read_data(&mut input, left, out)?,
                State::DataEnd => {
                    if self.read_line(&mut input, 0)? {
                        self.state = State::Header;
                    }
                }
                State::Trailer => {
                    if self.read_line(&mut input, TRAILER_MOST)? {
                        self.read_trailer()?;
                    }
                }
                State::Done => return Err(BodyFault::Malformed("there is more after the last chunk")),
            }
        }
        Ok(())
    }

    /// The trailer, with names in lower case, once everything has arrived.
    pub(crate) fn end(&mut self) -> Result<Vec<(String, String)>, BodyFault> {
        if self.state != State::Done {
            return Err(BodyFault::Length);
        }
        Ok(std::mem::take(&mut self.trailer))
    }

    /// Whether the line is complete; it is then in `self.line`, without CRLF. In a trailer a line feed alone belongs to the
    /// line (some clients end values with one).
    fn read_line(&mut self, input: &mut Bytes, most: usize) -> Result<bool, BodyFault> {
        while let Some(at) = input.iter().position(|byte| *byte == b'\n') {
            let piece = input.split_to(at + 1);
            self.add_to_line(&piece, most + 2)?;
            if self.line.ends_with(b"\r\n") {
                self.line.truncate(self.line.len() - 2);
                return Ok(true);
            }
            if self.state != State::Trailer {
                return Err(BodyFault::Malformed("a line does not end in CRLF"));
            }
        }
        let rest = input.split_to(input.len());
        self.add_to_line(&rest, most + 2)?;
        Ok(false)
    }

    fn add_to_line(&mut self, piece: &[u8], most: usize) -> Result<(), BodyFault> {
        if self.line.len() + piece.len() > most {
            return Err(BodyFault::Malformed("a line is too long"));
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }

    fn begin_chunk(&mut self) -> Result<(), BodyFault> {
        const UNREADABLE: BodyFault = BodyFault::Malformed("the first line of a chunk cannot be read");
        let line = std::str::from_utf8(&self.line).map_err(|_| UNREADABLE)?;
        let header = ChunkHeader::parse(line).ok_or(UNREADABLE)?;
        let size = header.size;
        match (&mut self.chain, header.signature) {
            (None, None) => {}
            (None, Some(_)) => return Err(BodyFault::Malformed("a chunk is signed where none should be")),
            (Some(_), None) => return Err(BodyFault::ChunkSignature),
            (Some(chain), Some(signature)) => {
                if size > SIGNED_CHUNK_MOST {
                    return Err(BodyFault::Malformed("a signed chunk is larger than 16 MiB"));
                }
                if size > 0 && std::mem::replace(&mut self.was_small, size < SIGNED_CHUNK_LEAST) {
                    return Err(BodyFault::Malformed(TOO_SMALL));
                }
                if size == 0 {
                    chain.verify_chunk(&sha256(b""), signature).map_err(|_| BodyFault::ChunkSignature)?;
                }
                signature.clone_into(&mut self.signature);
            }
        }
        self.line.clear();
        self.state = if size == 0 { State::Trailer } else { State::Data { left: size } };
        Ok(())
    }

    fn read_data(&mut self, input: &mut Bytes, left: u64, out: &mut VecDeque<Bytes>) -> Result<(), BodyFault> {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let piece = input.split_to(take);
        let left = left - take as u64;
        match &mut self.chain {
            None => out.push_back(piece),
            Some(chain) => {
                self.chunk.extend_from_slice(&piece);
                if left == 0 {
                    let digest = sha256(&self.chunk);
                    chain.verify_chunk(&digest, &self.signature).map_err(|_| BodyFault::ChunkSignature)?;
                    out.push_back(self.chunk.split().freeze());
                }
            }
        }
        self.state = if left == 0 { State::DataEnd } else { State::Data { left } };
        Ok(())
    }

    fn read_trailer(&mut self) -> Result<(), BodyFault> {
        const UNREADABLE: BodyFault = BodyFault::Malformed(TRAILER_UNREADABLE);
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            self.state = State::Done;
            return self.verify_trailer();
        }
        self.trailer_bytes += line.len();
        if !self.trailing || self.trailer_bytes > TRAILER_MOST {
            return Err(BodyFault::Malformed(TRAILER_OVERFULL));
        }
        let line = std::str::from_utf8(&line).map_err(|_| UNREADABLE)?;
        let (name, value) = line.split_once(':').ok_or(UNREADABLE)?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || self.trailer.iter().any(|(n, _)| *n == name) {
            return Err(UNREADABLE);
        }
        self.trailer.push((name, value.to_owned()));
        Ok(())
    }

    fn verify_trailer(&mut self) -> Result<(), BodyFault> {
        const SIGNATURE: &str = "x-amz-trailer-signature";
        let at = self.trailer.iter().position(|(name, _)| name == SIGNATURE);
        let signature = at.map(|at| self.trailer.remove(at).1);
        let (Some(chain), true) = (&mut self.chain, self.trailing) else {
            return match signature {
                None => Ok(()),
                Some(_) => Err(BodyFault::Malformed(TRAILER_SIGNED)),
            };
        };
        let pairs: Vec<(&str, &str)> =
            self.trailer.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let digest = sha256(&canonical_trailer(&pairs));
        let signature = signature.ok_or(BodyFault::ChunkSignature)?;
        chain.verify_trailer(&digest, &signature).map_err(|_| BodyFault::ChunkSignature)
    }
}

/// SHA-256.
// INVARIANT: SHA-256 is 32 bytes long.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}
