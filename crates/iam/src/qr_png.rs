//! QR codes as PNG pictures, for authenticators to scan.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use qrcode::{Color, QrCode};
use std::io::Write;

/// Pixels along a side of one module.
const SCALE: usize = 6;
/// Modules of white on each side that the standard asks for.
const QUIET: usize = 4;

/// A black and white picture of the code for this text; `None` when the text is longer than a QR code holds.
pub fn qr_png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::new(text).ok()?;
    let side = (code.width() + 2 * QUIET) * SCALE;
    let is_dark = |x: usize, y: usize| {
        let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|at| *at < code.width());
        module(x).zip(module(y)).is_some_and(|at| code[at] == Color::Dark)
    };
    // One bit a pixel, white is 1; each row is preceded by its filter, none.
    let mut rows = Vec::with_capacity(side * (side / 8 + 2));
    for y in 0..side {
        rows.push(0);
        for start in (0..side).step_by(8) {
            rows.push((0..8).fold(0, |byte, bit| byte << 1 | u8::from(!is_dark(start + bit, y))));
        }
    }
    let mut compressed = ZlibEncoder::new(Vec::new(), Compression::best());
    compressed.write_all(&rows).ok()?;
    let side = u32::try_from(side).ok()?.to_be_bytes();
    // Size, one bit a pixel, grey; deflate, the usual filters, not interlaced (PNG specification, 11.2.1).
    let header = [side.as_slice(), &side, &[1, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &compressed.finish().ok()?);
    chunk(&mut png, b"IEND", &[]);
    Some(png)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    // INVARIANT: a picture is far smaller than 4 GiB.
    png.extend_from_slice(&(data.len() as u32).to_be_bytes());
    png.extend_from_slice(kind);
    png.extend_from_slice(data);
    png.extend_from_slice(&crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    const TEXT: &str = "otpauth://totp/ana@123456789012?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn the_picture_shows_the_modules_of_the_code() {
        let png = qr_png(TEXT).unwrap();
        let code = QrCode::new(TEXT).unwrap();
        let side = (code.width() + 2 * QUIET) * SCALE;
        let (mut at, mut chunks) = (8, Vec::new());
        while at < png.len() {
            let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
            let mut crc = Crc::new();
            crc.update(&png[at + 4..at + 8 + length]);
            assert_eq!(png[at + 8 + length..at + 12 + length], crc.sum().to_be_bytes());
            chunks.push((&png[at + 4..at + 8], &png[at + 8..at + 8 + length]));
            at += 12 + length;
        }
        assert_eq!(chunks.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [b"IHDR", b"IDAT", b"IEND"]);
        assert_eq!(chunks[0].1[..4], (side as u32).to_be_bytes());
        let mut rows = Vec::new();
        ZlibDecoder::new(chunks[1].1).read_to_end(&mut rows).unwrap();
        let stride = side.div_ceil(8) + 1;
        assert_eq!(rows.len(), stride * side);
        for y in 0..side {
            for x in 0..side {
                let is_white = rows[y * stride + 1 + x / 8] >> (7 - x % 8) & 1 == 1;
                let inside = |pixel: usize| (QUIET * SCALE..side - QUIET * SCALE).contains(&pixel);
                let module = (x / SCALE).wrapping_sub(QUIET);
                let expected = !inside(x) || !inside(y) || code[(module, y / SCALE - QUIET)] == Color::Light;
                assert_eq!(is_white, expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_can_be_too_long() {
        assert_eq!(qr_png(&"x".repeat(3000)), None);
    }
}
