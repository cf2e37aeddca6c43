//! From bytes on the wire to the body: chunks unframed, length counted, hashes compared. Knows no input or output.

use super::chunks::{Chunks, TRAILER_UNNAMED};
use super::digests::{Algorithm, Digest};
use super::promise::BODY_MOST;
use crate::BodyFault;
use aws_lc_rs::digest::{self, Context};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

/// Decodes one body.
pub(crate) struct Decoder {
    chunks: Option<Chunks>,
    length: Option<u64>,
    passed: u64,
    sha256: Option<([u8; 32], Context)>,
    digests: Vec<Digest>,
    trailing: Option<Algorithm>,
    false_sha256: Arc<OnceLock<[u8; 32]>>,
}

impl Decoder {
    /// What should hold: framing, decoded length, the body's own SHA-256, checksums, and the one of them in the trailer.
    pub(crate) fn new(
        chunks: Option<Chunks>,
        length: Option<u64>,
        sha256: Option<[u8; 32]>,
        digests: Vec<Digest>,
        trailing: Option<Algorithm>,
    ) -> Self {
        let sha256 = sha256.map(|declared| (declared, Context::new(&digest::SHA256)));
        Self { chunks, length, passed: 0, sha256, digests, trailing, false_sha256: Arc::default() }
    }

    /// Where the body's own SHA-256 is found, once it turned out not to be the declared one.
    pub(crate) fn false_sha256(&self) -> Arc<OnceLock<[u8; 32]>> {
        Arc::clone(&self.false_sha256)
    }

    /// How many bytes were given out.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    /// Takes input, and gives out what may be passed on.
    pub(crate) fn push(&mut self, input: Bytes, out: &mut VecDeque<Bytes>) -> Result<(), BodyFault> {
        let before = out.len();
        match &mut self.chunks {
            Some(chunks) => chunks.push(input, out)?,
            None if input.is_empty() => {}
            None => out.push_back(input),
        }
        for piece in out.iter().skip(before) {
            self.passed = self.passed.saturating_add(piece.len() as u64);
            if self.length.is_some_and(|length| self.passed > length) {
                return Err(BodyFault::Length);
            }
            if self.passed > BODY_MOST {
                return Err(BodyFault::TooLarge);
            }
            if let Some((_, context)) = &mut self.sha256 {
                context.update(piece);
            }
            self.digests.iter_mut().for_each(|digest| digest.update(piece));
        }
        Ok(())
    }

    /// Compares everything, once all input was taken; answers the trailers.
    pub(crate) fn end(&mut self) -> Result<HeaderMap, BodyFault> {
        let trailer = match &mut self.chunks {
            Some(chunks) => chunks.end()?,
            None => Vec::new(),
        };
        if self.length.is_some_and(|length| self.passed != length) {
            return Err(BodyFault::Length);
        }
        if let Some((declared, context)) = self.sha256.take() {
            let computed = context.finish();
            if computed.as_ref() != declared {
                if let Ok(computed) = computed.as_ref().try_into() {
                    let _ = self.false_sha256.set(computed);
                }
                return Err(BodyFault::Sha256Mismatch);
            }
        }
        if trailer.iter().any(|(name, _)| self.trailing.map(Algorithm::header) != Some(name)) {
            return Err(BodyFault::Malformed(TRAILER_UNNAMED));
        }
        for digest in self.digests.drain(..) {
            digest.verify(&trailer)?;
        }
        let mut trailers = HeaderMap::new();
        for (name, value) in &trailer {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
                trailers.insert(name, value);
            }
        }
        Ok(trailers)
    }
}
